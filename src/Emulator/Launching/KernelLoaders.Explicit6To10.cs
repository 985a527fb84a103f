namespace ILGPU.Runtime;

public static partial class KernelLoaders
{
    /// <summary>Prepares a kernel of 6 arguments.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6> LoadKernel<T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    {
        var kernel = Explicit<(T1, T2, T3, T4, T5, T6)>(accelerator, action, specialization, (Lane lane, in (T1, T2, T3, T4, T5, T6) p) =>
        {
            while (lane.Next())
                action(p.Item1, p.Item2, p.Item3, p.Item4, p.Item5, p.Item6);
        });
        return (stream, config, p1, p2, p3, p4, p5, p6) => kernel.Launch(stream, config, (p1, p2, p3, p4, p5, p6));
    }

    /// <summary>Prepares a kernel of 6 arguments for the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6> LoadStreamKernel<T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    {
        var launch = accelerator.LoadKernel(action, specialization);
        return (config, p1, p2, p3, p4, p5, p6) => launch(accelerator.DefaultStream, config, p1, p2, p3, p4, p5, p6);
    }

    /// <summary>Prepares a kernel of 7 arguments.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadKernel<T1, T2, T3, T4, T5, T6, T7>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
    {
        var kernel = Explicit<(T1, T2, T3, T4, T5, T6, T7)>(accelerator, action, specialization, (Lane lane, in (T1, T2, T3, T4, T5, T6,
            T7) p) =>
        {
            while (lane.Next())
                action(p.Item1, p.Item2, p.Item3, p.Item4, p.Item5, p.Item6, p.Item7);
        });
        return (stream, config, p1, p2, p3, p4, p5, p6, p7) => kernel.Launch(stream, config, (p1, p2, p3, p4, p5, p6, p7));
    }

    /// <summary>Prepares a kernel of 7 arguments for the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
    {
        var launch = accelerator.LoadKernel(action, specialization);
        return (config, p1, p2, p3, p4, p5, p6, p7) => launch(accelerator.DefaultStream, config, p1, p2, p3, p4, p5, p6, p7);
    }

    /// <summary>Prepares a kernel of 8 arguments.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct
    {
        var kernel = Explicit<(T1, T2, T3, T4, T5, T6, T7, T8)>(accelerator, action, specialization, (Lane lane, in (T1, T2, T3, T4, T5, T6,
            T7, T8) p) =>
        {
            while (lane.Next())
                action(p.Item1, p.Item2, p.Item3, p.Item4, p.Item5, p.Item6, p.Item7, p.Item8);
        });
        return (stream, config, p1, p2, p3, p4, p5, p6, p7, p8) => kernel.Launch(stream, config, (p1, p2, p3, p4, p5, p6, p7, p8));
    }

    /// <summary>Prepares a kernel of 8 arguments for the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct
    {
        var launch = accelerator.LoadKernel(action, specialization);
        return (config, p1, p2, p3, p4, p5, p6, p7, p8) => launch(accelerator.DefaultStream, config, p1, p2, p3, p4, p5, p6, p7, p8);
    }

    /// <summary>Prepares a kernel of 9 arguments.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8,
        T9>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct
    {
        var kernel = Explicit<(T1, T2, T3, T4, T5, T6, T7, T8, T9)>(accelerator, action, specialization, (Lane lane, in (T1, T2, T3, T4, T5,
            T6, T7, T8, T9) p) =>
        {
            while (lane.Next())
                action(p.Item1, p.Item2, p.Item3, p.Item4, p.Item5, p.Item6, p.Item7, p.Item8, p.Item9);
        });
        return (stream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9) => kernel.Launch(stream, config, (p1, p2, p3, p4, p5, p6, p7, p8, p9));
    }

    /// <summary>Prepares a kernel of 9 arguments for the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct
    {
        var launch = accelerator.LoadKernel(action, specialization);
        return (config, p1, p2, p3, p4, p5, p6, p7, p8, p9) => launch(accelerator.DefaultStream, config, p1, p2, p3, p4, p5, p6, p7, p8,
            p9);
    }

    /// <summary>Prepares a kernel of 10 arguments.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadKernel<T1, T2, T3, T4, T5, T6, T7,
        T8, T9, T10>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct
    {
        var kernel = Explicit<(T1, T2, T3, T4, T5, T6, T7, T8, T9, T10)>(accelerator, action, specialization, (Lane lane, in (T1, T2, T3,
            T4, T5, T6, T7, T8, T9, T10) p) =>
        {
            while (lane.Next())
                action(p.Item1, p.Item2, p.Item3, p.Item4, p.Item5, p.Item6, p.Item7, p.Item8, p.Item9, p.Item10);
        });
        return (stream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10) => kernel.Launch(stream, config, (p1, p2, p3, p4, p5, p6, p7, p8,
            p9, p10));
    }

    /// <summary>Prepares a kernel of 10 arguments for the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct
    {
        var launch = accelerator.LoadKernel(action, specialization);
        return (config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10) => launch(accelerator.DefaultStream, config, p1, p2, p3, p4, p5, p6, p7,
            p8, p9, p10);
    }
}
