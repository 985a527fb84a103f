namespace ILGPU.Runtime;

public static partial class KernelLoaders
{
    /// <summary>Prepares a kernel of one argument.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1> LoadKernel<T1>(
        this Accelerator accelerator, Action<T1> action, KernelSpecialization specialization = default)
        where T1 : struct
    {
        var kernel = Explicit<ValueTuple<T1>>(accelerator, action, specialization, (Lane lane, in ValueTuple<T1> p) =>
        {
            while (lane.Next())
                action(p.Item1);
        });
        return (stream, config, p1) => kernel.Launch(stream, config, new ValueTuple<T1>(p1));
    }

    /// <summary>Prepares a kernel of one argument for the default stream.</summary>
    public static Action<KernelConfig, T1> LoadStreamKernel<T1>(
        this Accelerator accelerator, Action<T1> action, KernelSpecialization specialization = default)
        where T1 : struct
    {
        var launch = accelerator.LoadKernel(action, specialization);
        return (config, p1) => launch(accelerator.DefaultStream, config, p1);
    }

    /// <summary>Prepares a kernel of 2 arguments.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2> LoadKernel<T1, T2>(
        this Accelerator accelerator, Action<T1, T2> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct
    {
        var kernel = Explicit<(T1, T2)>(accelerator, action, specialization, (Lane lane, in (T1, T2) p) =>
        {
            while (lane.Next())
                action(p.Item1, p.Item2);
        });
        return (stream, config, p1, p2) => kernel.Launch(stream, config, (p1, p2));
    }

    /// <summary>Prepares a kernel of 2 arguments for the default stream.</summary>
    public static Action<KernelConfig, T1, T2> LoadStreamKernel<T1, T2>(
        this Accelerator accelerator, Action<T1, T2> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct
    {
        var launch = accelerator.LoadKernel(action, specialization);
        return (config, p1, p2) => launch(accelerator.DefaultStream, config, p1, p2);
    }

    /// <summary>Prepares a kernel of 3 arguments.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3> LoadKernel<T1, T2, T3>(
        this Accelerator accelerator, Action<T1, T2, T3> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct
    {
        var kernel = Explicit<(T1, T2, T3)>(accelerator, action, specialization, (Lane lane, in (T1, T2, T3) p) =>
        {
            while (lane.Next())
                action(p.Item1, p.Item2, p.Item3);
        });
        return (stream, config, p1, p2, p3) => kernel.Launch(stream, config, (p1, p2, p3));
    }

    /// <summary>Prepares a kernel of 3 arguments for the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3> LoadStreamKernel<T1, T2, T3>(
        this Accelerator accelerator, Action<T1, T2, T3> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct
    {
        var launch = accelerator.LoadKernel(action, specialization);
        return (config, p1, p2, p3) => launch(accelerator.DefaultStream, config, p1, p2, p3);
    }

    /// <summary>Prepares a kernel of 4 arguments.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4> LoadKernel<T1, T2, T3, T4>(
        this Accelerator accelerator, Action<T1, T2, T3, T4> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        var kernel = Explicit<(T1, T2, T3, T4)>(accelerator, action, specialization, (Lane lane, in (T1, T2, T3, T4) p) =>
        {
            while (lane.Next())
                action(p.Item1, p.Item2, p.Item3, p.Item4);
        });
        return (stream, config, p1, p2, p3, p4) => kernel.Launch(stream, config, (p1, p2, p3, p4));
    }

    /// <summary>Prepares a kernel of 4 arguments for the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4> LoadStreamKernel<T1, T2, T3, T4>(
        this Accelerator accelerator, Action<T1, T2, T3, T4> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        var launch = accelerator.LoadKernel(action, specialization);
        return (config, p1, p2, p3, p4) => launch(accelerator.DefaultStream, config, p1, p2, p3, p4);
    }

    /// <summary>Prepares a kernel of 5 arguments.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5> LoadKernel<T1, T2, T3, T4, T5>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        var kernel = Explicit<(T1, T2, T3, T4, T5)>(accelerator, action, specialization, (Lane lane, in (T1, T2, T3, T4, T5) p) =>
        {
            while (lane.Next())
                action(p.Item1, p.Item2, p.Item3, p.Item4, p.Item5);
        });
        return (stream, config, p1, p2, p3, p4, p5) => kernel.Launch(stream, config, (p1, p2, p3, p4, p5));
    }

    /// <summary>Prepares a kernel of 5 arguments for the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4, T5> LoadStreamKernel<T1, T2, T3, T4, T5>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        var launch = accelerator.LoadKernel(action, specialization);
        return (config, p1, p2, p3, p4, p5) => launch(accelerator.DefaultStream, config, p1, p2, p3, p4, p5);
    }
}
