using GpuNet.Kernels;
using GpuNet.Tests.Reference;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

[TestFixture, Parallelizable]
internal sealed class SelfAttentionTests : OperatorProof<SelfAttentionReference>
{
    [Test]
    public void Large_scores_pick_one_token([ValueSource(typeof(TestDevices), nameof(TestDevices.All))] string deviceName)
    {
        // Token i asks for token 99 − i: their score is some thousands above all others, in the first tile of keys or the second.
        const int Tokens = 100;
        var qkv = new float[Tokens * 6];
        for (int i = 0; i < Tokens; i++)
        {
            (qkv[i * 6], qkv[(i * 6) + 1]) = (2f * (Tokens - 1 - i) * 1e4f, -1e4f);
            (qkv[(i * 6) + 2], qkv[(i * 6) + 3]) = (i, i * i);
            (qkv[(i * 6) + 4], qkv[(i * 6) + 5]) = (i, 1);
        }
        float[] y = Infer(deviceName, new SelfAttention(new Shape(1, 10, 10, 6), 1), qkv);
        for (int i = 0; i < Tokens; i++)
        {
            Assert.That(y[i * 2], Is.EqualTo(Tokens - 1 - i).Within(1e-5));
            Assert.That(y[(i * 2) + 1], Is.EqualTo(1).Within(1e-6));
        }
    }

    [Test]
    public void Equal_keys_give_the_mean([ValueSource(typeof(TestDevices), nameof(TestDevices.All))] string deviceName)
    {
        float[] y = Infer(deviceName, new SelfAttention(new Shape(1, 1, 3, 3), 1), [5, 1, 1, -2, 1, 2, 0, 1, 6]);
        Assert.That(y, Is.EqualTo(new float[] { 3, 3, 3 }).Within(1e-6));
    }

    [Test]
    public void Memory_is_linear_in_the_tokens([ValueSource(typeof(TestDevices), nameof(TestDevices.All))] string deviceName)
    {
        Device device = TestDevices.Get(deviceName);
        long Extra(int height)
        {
            var op = new SelfAttention(new Shape(1, height, 128, 3 * 64), 2);
            return op.Saved.Sum(s => s.Elements) + op.Bind(device).WorkspaceElements;
        }

        Assert.That(Extra(64), Is.EqualTo(2 * Extra(32)));
    }

    // Forward without saved tensors, as an inference plan runs it.
    private static float[] Infer(string deviceName, SelfAttention op, float[] values)
    {
        Device device = TestDevices.Get(deviceName);
        Launcher launcher = op.Bind(device);
        long input = Arena.Align(op.Input.Bytes), output = Arena.Align(op.Output.Bytes);
        Shape workspace = Shape.Vector((int)launcher.WorkspaceElements);
        using Arena arena = Unwritten.Arena(device, input + output + workspace.Bytes);
        Tensor x = arena.At(0, op.Input), y = arena.At(input, op.Output);
        x.Upload(values);
        launcher.Forward(new Operands { Inputs = [x], Output = y, Workspace = arena.At(input + output, workspace) });
        return y.ToArray();
    }
}
