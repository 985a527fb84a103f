namespace GpuNet.Kernels;

public sealed partial record DepthwiseConv
{
    /// <summary>A thread owns the channels of four neighbouring pixels; see <see cref="RowTileKernels"/>.</summary>
    private sealed class RowTileLauncher(Device device, DepthwiseConv op) : Launcher
    {
        private readonly DepthwiseTile tile = new(device, op);
        private readonly DepthwiseTileBackward? backward = op.IsInferenceOnly ? null : new(device, op);
        private readonly LaunchedEpilogue epilogue = new(device, op);

        public override long WorkspaceElements => backward?.WorkspaceElements ?? 0;

        public override long PreparedElements => epilogue.PreparedElements;

        public override void Prepare(Operands o) => epilogue.Prepare(o);

        public override void Forward(Operands o) =>
            tile.Forward(o.Input.View, epilogue.Weight(o), epilogue.Bias(o), epilogue.Residual(o), o.Output.View);

        // Where a gradient is not wanted, the filter stands in for it; the kernels do not touch it.
        public override void Backward(Operands o)
        {
            View weight = o.Parameters[0].View;
            bool wantsWeight = !o.DParameters[0].IsNone, wantsBias = op.Bias && !o.DParameters[1].IsNone;
            backward!.Run(new DepthwiseGradients
            {
                X = o.Input.View,
                Factors = weight,
                DY = o.DOutput.View,
                Weight = weight,
                DX = o.DInput.IsWanted ? o.DInput.Tensor.View : weight,
                Mode = o.DInput.Mode,
                DWeight = wantsWeight ? o.DParameters[0].View : weight,
                WantsWeight = wantsWeight,
                DBias = wantsBias ? o.DParameters[1].View : weight,
                WantsBias = wantsBias,
                Workspace = o.Workspace.View,
            });
        }
    }
}
