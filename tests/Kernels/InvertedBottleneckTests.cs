using GpuNet.Tests.Reference;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

[TestFixture]
internal sealed class InvertedBottleneckTests : OperatorProof<InvertedBottleneckReference>;
