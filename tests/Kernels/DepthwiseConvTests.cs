using GpuNet.Tests.Reference;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

[TestFixture, Parallelizable]
internal sealed class DepthwiseConvTests : OperatorProof<DepthwiseConvReference>;
