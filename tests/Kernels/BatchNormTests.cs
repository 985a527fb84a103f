using GpuNet.Kernels;
using GpuNet.Tests.Reference;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

[TestFixture, Parallelizable]
internal sealed class BatchNormTests : OperatorProof<BatchNormReference>
{
    private static IEnumerable<string> Devices => TestDevices.All;

    [TestCaseSource(nameof(Devices))]
    public void A_mean_far_above_the_deviation_does_not_swallow_the_variance(string deviceName)
    {
        Device device = TestDevices.Get(deviceName);
        // Momentum 1 puts the batch's own statistics into the running ones.
        var op = new BatchNorm(new Shape(2, 23, 29, 37), Momentum: 1f);
        var at = new ReferenceOperands(op, training: true);
        BatchNormReference.Fill(op, at, new Random(7));
        for (int i = 0; i < at.Inputs[0].Length; i++)
            at.Inputs[0][i] = (float)(at.Inputs[0][i] + (i % op.Input.C % 2 == 0 ? 3000 : -3000));
        var expected = new ReferenceOperands(op, training: true);
        at.Inputs[0].CopyTo(expected.Inputs[0], 0);
        BatchNormReference.Forward(op, expected);
        foreach (Candidate candidate in op.Candidates.Where(c => c.RunsOn(device)))
        {
            OperatorRun run = OperatorRun.Do(device, op, candidate, at, GradientMode.Set);
            for (int c = 0; c < op.Input.C; c++)
            {
                double mean = expected.Parameters[2][c], variance = expected.Parameters[3][c];
                Assert.That(run.Parameters[2][c], Is.EqualTo(mean).Within(1e-7 * Math.Abs(mean)), $"{candidate.Name} mean {c}");
                Assert.That(run.Parameters[3][c], Is.EqualTo(variance).Within(1e-6 * variance), $"{candidate.Name} variance {c}");
            }
        }
    }

    [Test]
    public void Training_on_one_value_a_channel_is_refused()
    {
        var op = new BatchNorm(new Shape(1, 1, 1, 8));
        op.Validate();
        Assert.That(op.ValidateTraining, Throws.TypeOf<GpuNetException>().With.Message.Contains("more than 1 value per channel"));
    }
}
