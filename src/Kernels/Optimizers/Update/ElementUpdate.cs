using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>One pass over a contiguous range of parameters, their gradients and their states, by a rule.</summary>
internal abstract class ElementUpdate
{
    /// <summary>Loads the pass.</summary>
    /// <param name="device">Device.</param>
    /// <param name="rule">An <see cref="IUpdateRule"/>.</param>
    public static ElementUpdate Bind(Device device, Type rule) =>
        device is { IsHost: false, Options.PlainKernels: true } ? new PlainUpdate(device, rule)
        : !device.IsHost ? new VectorUpdate(device, rule)
        : Policies.Create<ElementUpdate>(typeof(HostUpdate<,>), [Lanes.Widest, rule], device);

    /// <summary>
    /// Queues the pass. All that is not none has as many elements as the weights; states that the rule does not have are none.
    /// </summary>
    public void Run(Tensor weights, Tensor gradients, Tensor first, Tensor second, Tensor third, UpdateScalars s)
    {
        s.Elements = checked((int)weights.Shape.Elements);
        if (s.Elements > 0)
            Update(weights, gradients, first, second, third, s);
    }

    private protected abstract void Update(
        Tensor weights, Tensor gradients, Tensor first, Tensor second, Tensor third, UpdateScalars s);
}

/// <summary>One kernel, a thread a parameter.</summary>
internal sealed class PlainUpdate(Device device, Type rule) : ElementUpdate
{
    private readonly Kernel<View, View, View, View, View, UpdateScalars> update =
        new(device, Policies.Close(UpdateKernels.Elements<SgdRule>, rule));

    private protected override void Update(
        Tensor weights, Tensor gradients, Tensor first, Tensor second, Tensor third, UpdateScalars s)
    {
        View w = weights.View;
        update.Run(s.Elements, w, gradients.View, first.IsNone ? w : first.View, second.IsNone ? w : second.View,
            third.IsNone ? w : third.View, s);
    }
}

/// <summary>Four parameters a thread, and on a processor a run of them; those that are left over have a launch of their own.</summary>
internal sealed class VectorUpdate : ElementUpdate
{
    // Vectors that a processor's thread takes: far above the cost of handing them out.
    private const int ProcessorRun = 512;

    private readonly Kernel<View, View, View, View, View, UpdateScalars, int> update;
    private readonly Kernel<View, View, View, View, View, UpdateScalars> updateRest;
    private readonly int run;

    public VectorUpdate(Device device, Type rule)
    {
        run = device.Info.IsProcessor ? ProcessorRun : 1;
        update = new(device, Policies.Close(UpdateKernels.ElementVectors<SgdRule>, rule), device.Info.IsProcessor ? 1 : 0);
        updateRest = new(device, Policies.Close(UpdateKernels.Elements<SgdRule>, rule));
    }

    private protected override void Update(
        Tensor weights, Tensor gradients, Tensor first, Tensor second, Tensor third, UpdateScalars s)
    {
        int rest = s.Elements % 4, whole = s.Elements - rest;
        View w = weights.View, dw = gradients.View;
        View s0 = first.IsNone ? w : first.View, s1 = second.IsNone ? w : second.View, s2 = third.IsNone ? w : third.View;
        if (whole > 0)
        {
            s.Elements = whole;
            update.Run(((whole / 4) + run - 1) / run, w.SubView(0, whole), dw.SubView(0, whole), s0.SubView(0, whole),
                s1.SubView(0, whole), s2.SubView(0, whole), s, run);
        }
        if (rest > 0)
        {
            s.Elements = rest;
            updateRest.Run(rest, w.SubView(whole, rest), dw.SubView(whole, rest), s0.SubView(whole, rest), s1.SubView(whole, rest),
                s2.SubView(whole, rest), s);
        }
    }
}
