using System.Collections.Immutable;
using GpuNet.Kernels;
using ILGPU.Runtime;

namespace GpuNet.Tests.Kernels;

/// <summary>Twice its input, by candidates that a test makes up.</summary>
internal sealed record FakeOperator(Shape Input, params ImmutableArray<Candidate> All) : Operator
{
    public override ImmutableArray<Shape> Inputs => [Input];

    public override Shape Output => Input;

    public override ImmutableArray<Candidate> Candidates => All;

    public override void Validate()
    {
    }

    /// <summary>A candidate that takes its time, and may be wrong.</summary>
    public static Candidate Of(string name, int milliseconds, float factor = 2, float gradient = 2) =>
        Candidate.Kernels(name, device => new Times(device, milliseconds, factor, gradient));

    /// <summary>A candidate that cannot be bound.</summary>
    public static Candidate Unbound(string name) =>
        Candidate.Kernels(name, static _ => throw new NotSupportedException("there is no such\nkernel"));

    /// <summary>A candidate that asks for more memory than there is.</summary>
    public static Candidate Huge(string name) => Candidate.Kernels(name, device => new Times(device, 0, 2, 2) { Workspace = 1L << 50 });

    private sealed class Times(Device device, int milliseconds, float factor, float gradient) : Launcher
    {
        public long Workspace { get; init; }

        public override long WorkspaceElements => Workspace;

        public override void Forward(Operands operands) => Run(operands.Input, operands.Output, factor);

        public override void Backward(Operands operands) => Run(operands.DOutput, operands.DInput.Tensor, gradient);

        private void Run(Tensor from, Tensor to, float by)
        {
            if (milliseconds > 0)
                Thread.Sleep(milliseconds);
            float[] values = [.. from.ToArray().Select(v => v * by)];
            // Not through Upload, which takes finite numbers only.
            to.View.CopyFromCPU(device.Stream, values);
            device.Synchronize();
        }
    }
}
