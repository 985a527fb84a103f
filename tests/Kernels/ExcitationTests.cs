using GpuNet.Tests.Reference;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

[TestFixture]
internal sealed class ExcitationTests : OperatorProof<ExcitationReference>;
