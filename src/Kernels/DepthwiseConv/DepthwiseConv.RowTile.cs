namespace GpuNet.Kernels;

public sealed partial record DepthwiseConv
{
    /// <summary>A thread owns the channels of four neighbouring pixels; see <see cref="RowTileKernels"/>.</summary>
    private sealed class RowTileLauncher(Device device, DepthwiseConv op) : Launcher
    {
        private readonly DepthwiseTile tile = new(device, op);
        private readonly PlainEpilogue epilogue = new(device, op);
        private readonly PlainLauncher plain = new(device, op);

        public override long PreparedElements => epilogue.PreparedElements;

        public override void Prepare(Operands o) => epilogue.Prepare(o);

        public override void Forward(Operands o) =>
            tile.Forward(o.Input.View, epilogue.Weight(o), epilogue.Bias(o), epilogue.Residual(o), o.Output.View, o.Input.View);

        public override void Backward(Operands o) => plain.Backward(o);
    }
}
