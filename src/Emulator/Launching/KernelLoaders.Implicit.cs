namespace ILGPU.Runtime;

public static partial class KernelLoaders
{
    /// <summary>Prepares a kernel of an index and one argument.</summary>
    public static Action<AcceleratorStream, TIndex, T1> LoadAutoGroupedKernel<TIndex, T1>(
        this Accelerator accelerator, Action<TIndex, T1> action)
        where TIndex : unmanaged, IIndex where T1 : struct
    {
        var kernel = Implicit<ValueTuple<T1>>(accelerator, action, (Lane lane, in ValueTuple<T1> p) =>
        {
            while (lane.Next())
                action(Index<TIndex>(lane), p.Item1);
        });
        return (stream, extent, p1) =>
        {
            if (extent.LongSize > 0)
                kernel.Launch(stream, Config(extent), new ValueTuple<T1>(p1));
        };
    }

    /// <summary>Prepares a kernel of an index and one argument for the default stream.</summary>
    public static Action<TIndex, T1> LoadAutoGroupedStreamKernel<TIndex, T1>(
        this Accelerator accelerator, Action<TIndex, T1> action)
        where TIndex : unmanaged, IIndex where T1 : struct
    {
        var launch = accelerator.LoadAutoGroupedKernel(action);
        return (extent, p1) => launch(accelerator.DefaultStream, extent, p1);
    }

    /// <summary>Prepares a kernel of an index and 2 arguments.</summary>
    public static Action<AcceleratorStream, TIndex, T1, T2> LoadAutoGroupedKernel<TIndex, T1, T2>(
        this Accelerator accelerator, Action<TIndex, T1, T2> action)
        where TIndex : unmanaged, IIndex where T1 : struct where T2 : struct
    {
        var kernel = Implicit<(T1, T2)>(accelerator, action, (Lane lane, in (T1, T2) p) =>
        {
            while (lane.Next())
                action(Index<TIndex>(lane), p.Item1, p.Item2);
        });
        return (stream, extent, p1, p2) =>
        {
            if (extent.LongSize > 0)
                kernel.Launch(stream, Config(extent), (p1, p2));
        };
    }

    /// <summary>Prepares a kernel of an index and 2 arguments for the default stream.</summary>
    public static Action<TIndex, T1, T2> LoadAutoGroupedStreamKernel<TIndex, T1, T2>(
        this Accelerator accelerator, Action<TIndex, T1, T2> action)
        where TIndex : unmanaged, IIndex where T1 : struct where T2 : struct
    {
        var launch = accelerator.LoadAutoGroupedKernel(action);
        return (extent, p1, p2) => launch(accelerator.DefaultStream, extent, p1, p2);
    }

    /// <summary>Prepares a kernel of an index and 3 arguments.</summary>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3> LoadAutoGroupedKernel<TIndex, T1, T2, T3>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3> action)
        where TIndex : unmanaged, IIndex where T1 : struct where T2 : struct where T3 : struct
    {
        var kernel = Implicit<(T1, T2, T3)>(accelerator, action, (Lane lane, in (T1, T2, T3) p) =>
        {
            while (lane.Next())
                action(Index<TIndex>(lane), p.Item1, p.Item2, p.Item3);
        });
        return (stream, extent, p1, p2, p3) =>
        {
            if (extent.LongSize > 0)
                kernel.Launch(stream, Config(extent), (p1, p2, p3));
        };
    }

    /// <summary>Prepares a kernel of an index and 3 arguments for the default stream.</summary>
    public static Action<TIndex, T1, T2, T3> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3> action)
        where TIndex : unmanaged, IIndex where T1 : struct where T2 : struct where T3 : struct
    {
        var launch = accelerator.LoadAutoGroupedKernel(action);
        return (extent, p1, p2, p3) => launch(accelerator.DefaultStream, extent, p1, p2, p3);
    }

    /// <summary>Prepares a kernel of an index and 4 arguments.</summary>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4> action)
        where TIndex : unmanaged, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        var kernel = Implicit<(T1, T2, T3, T4)>(accelerator, action, (Lane lane, in (T1, T2, T3, T4) p) =>
        {
            while (lane.Next())
                action(Index<TIndex>(lane), p.Item1, p.Item2, p.Item3, p.Item4);
        });
        return (stream, extent, p1, p2, p3, p4) =>
        {
            if (extent.LongSize > 0)
                kernel.Launch(stream, Config(extent), (p1, p2, p3, p4));
        };
    }

    /// <summary>Prepares a kernel of an index and 4 arguments for the default stream.</summary>
    public static Action<TIndex, T1, T2, T3, T4> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4> action)
        where TIndex : unmanaged, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        var launch = accelerator.LoadAutoGroupedKernel(action);
        return (extent, p1, p2, p3, p4) => launch(accelerator.DefaultStream, extent, p1, p2, p3, p4);
    }

    /// <summary>Prepares a kernel of an index and 5 arguments.</summary>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5> action)
        where TIndex : unmanaged, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        var kernel = Implicit<(T1, T2, T3, T4, T5)>(accelerator, action, (Lane lane, in (T1, T2, T3, T4, T5) p) =>
        {
            while (lane.Next())
                action(Index<TIndex>(lane), p.Item1, p.Item2, p.Item3, p.Item4, p.Item5);
        });
        return (stream, extent, p1, p2, p3, p4, p5) =>
        {
            if (extent.LongSize > 0)
                kernel.Launch(stream, Config(extent), (p1, p2, p3, p4, p5));
        };
    }

    /// <summary>Prepares a kernel of an index and 5 arguments for the default stream.</summary>
    public static Action<TIndex, T1, T2, T3, T4, T5> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5> action)
        where TIndex : unmanaged, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        var launch = accelerator.LoadAutoGroupedKernel(action);
        return (extent, p1, p2, p3, p4, p5) => launch(accelerator.DefaultStream, extent, p1, p2, p3, p4, p5);
    }

    /// <summary>Prepares a kernel of an index and 6 arguments.</summary>
    public static Action<AcceleratorStream, TIndex, T1, T2, T3, T4, T5, T6> LoadAutoGroupedKernel<TIndex, T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6> action)
        where TIndex : unmanaged, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
        where T6 : struct
    {
        var kernel = Implicit<(T1, T2, T3, T4, T5, T6)>(accelerator, action, (Lane lane, in (T1, T2, T3, T4, T5, T6) p) =>
        {
            while (lane.Next())
                action(Index<TIndex>(lane), p.Item1, p.Item2, p.Item3, p.Item4, p.Item5, p.Item6);
        });
        return (stream, extent, p1, p2, p3, p4, p5, p6) =>
        {
            if (extent.LongSize > 0)
                kernel.Launch(stream, Config(extent), (p1, p2, p3, p4, p5, p6));
        };
    }

    /// <summary>Prepares a kernel of an index and 6 arguments for the default stream.</summary>
    public static Action<TIndex, T1, T2, T3, T4, T5, T6> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6> action)
        where TIndex : unmanaged, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
        where T6 : struct
    {
        var launch = accelerator.LoadAutoGroupedKernel(action);
        return (extent, p1, p2, p3, p4, p5, p6) => launch(accelerator.DefaultStream, extent, p1, p2, p3, p4, p5, p6);
    }
}
