namespace ILGPU.Runtime;

public static partial class KernelLoaders
{
    /// <summary>Prepares a kernel of 11 arguments.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadKernel<T1, T2, T3, T4, T5, T6,
        T7, T8, T9, T10, T11>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action,
            KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct
    {
        var kernel = Explicit<(T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11)>(accelerator, action, specialization, (Lane lane, in (T1, T2,
            T3, T4, T5, T6, T7, T8, T9, T10, T11) p) =>
        {
            while (lane.Next())
                action(p.Item1, p.Item2, p.Item3, p.Item4, p.Item5, p.Item6, p.Item7, p.Item8, p.Item9, p.Item10, p.Item11);
        });
        return (stream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11) => kernel.Launch(stream, config, (p1, p2, p3, p4, p5, p6, p7,
            p8, p9, p10, p11));
    }

    /// <summary>Prepares a kernel of 11 arguments for the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9,
        T10, T11>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action,
            KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct
    {
        var launch = accelerator.LoadKernel(action, specialization);
        return (config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11) => launch(accelerator.DefaultStream, config, p1, p2, p3, p4, p5, p6,
            p7, p8, p9, p10, p11);
    }

    /// <summary>Prepares a kernel of 12 arguments.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadKernel<T1, T2, T3, T4, T5,
        T6, T7, T8, T9, T10, T11, T12>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action,
            KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
    {
        var kernel = Explicit<(T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12)>(accelerator, action, specialization, (Lane lane, in (T1,
            T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12) p) =>
        {
            while (lane.Next())
                action(p.Item1, p.Item2, p.Item3, p.Item4, p.Item5, p.Item6, p.Item7, p.Item8, p.Item9, p.Item10, p.Item11, p.Item12);
        });
        return (stream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12) => kernel.Launch(stream, config, (p1, p2, p3, p4, p5, p6,
            p7, p8, p9, p10, p11, p12));
    }

    /// <summary>Prepares a kernel of 12 arguments for the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8,
        T9, T10, T11, T12>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action,
            KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
    {
        var launch = accelerator.LoadKernel(action, specialization);
        return (config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12) => launch(accelerator.DefaultStream, config, p1, p2, p3, p4, p5,
            p6, p7, p8, p9, p10, p11, p12);
    }

    /// <summary>Prepares a kernel of 13 arguments.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadKernel<T1, T2, T3, T4,
        T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action,
            KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct
    {
        var kernel = Explicit<(T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13)>(accelerator, action, specialization, (Lane lane,
            in (T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13) p) =>
        {
            while (lane.Next())
                action(p.Item1, p.Item2, p.Item3, p.Item4, p.Item5, p.Item6, p.Item7, p.Item8, p.Item9, p.Item10, p.Item11, p.Item12,
                    p.Item13);
        });
        return (stream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13) => kernel.Launch(stream, config, (p1, p2, p3, p4,
            p5, p6, p7, p8, p9, p10, p11, p12, p13));
    }

    /// <summary>Prepares a kernel of 13 arguments for the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7,
        T8, T9, T10, T11, T12, T13>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action,
            KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct
    {
        var launch = accelerator.LoadKernel(action, specialization);
        return (config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13) => launch(accelerator.DefaultStream, config, p1, p2, p3, p4,
            p5, p6, p7, p8, p9, p10, p11, p12, p13);
    }

    /// <summary>Prepares a kernel of 14 arguments.</summary>
    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadKernel<T1, T2,
        T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action,
            KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct where T14 : struct
    {
        var kernel = Explicit<(T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14)>(accelerator, action, specialization,
            (Lane lane, in (T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14) p) =>
        {
            while (lane.Next())
                action(p.Item1, p.Item2, p.Item3, p.Item4, p.Item5, p.Item6, p.Item7, p.Item8, p.Item9, p.Item10, p.Item11, p.Item12,
                    p.Item13, p.Item14);
        });
        return (stream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14) => kernel.Launch(stream, config, (p1, p2, p3,
            p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14));
    }

    /// <summary>Prepares a kernel of 14 arguments for the default stream.</summary>
    public static Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadStreamKernel<T1, T2, T3, T4, T5, T6,
        T7, T8, T9, T10, T11, T12, T13, T14>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action,
            KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct where T14 : struct
    {
        var launch = accelerator.LoadKernel(action, specialization);
        return (config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14) => launch(accelerator.DefaultStream, config, p1, p2,
            p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14);
    }
}
