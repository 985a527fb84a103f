namespace GpuNet.Tests.Network.Passes;

/// <summary>Small networks of everything that passes touch, and of what they must leave alone.</summary>
internal static class RandomGraph
{
    private const int MostChannels = 48;

    /// <summary>A graph with outputs <c>loss</c>, the last value, and perhaps others.</summary>
    public static Graph New(Random random)
    {
        var net = new NetworkBuilder(new Shape(random.Next(1, 3), random.Next(3, 9), random.Next(3, 9), random.Next(1, 12)));
        List<Value> maps = [net.Input];
        for (int nodes = random.Next(6, 30); maps.Count <= nodes;)
        {
            // Mostly on from the last, so that there are chains to fuse; sometimes from elsewhere, so that values have several readers.
            Value x = random.Next(4) > 0 ? maps[^1] : maps[random.Next(maps.Count)];
            maps.Add(Append(net, $"n{maps.Count}", x, maps, random));
        }
        net.Graph.MarkOutput("loss", maps[^1]);
        for (int i = 1; i < maps.Count - 1; i++)
        {
            if (random.Next(10) == 0)
                net.Graph.MarkOutput($"also {i}", maps[i]);
        }
        return net.Graph;
    }

    private static Value Append(NetworkBuilder net, string name, Value x, List<Value> maps, Random random)
    {
        bool bias = random.Next(2) == 0;
        return random.Next(14) switch
        {
            0 => net.Conv(name, x, random.Next(1, 12), Window(random), bias: bias),
            1 => net.Conv(name, x, 2 * x.Shape.C <= MostChannels ? 2 * x.Shape.C : x.Shape.C, Window(random), x.Shape.C, bias),
            2 or 3 => net.DepthwiseConv(name, x, Window(random), bias),
            4 or 5 => net.PointwiseConv(name, x, random.Next(1, 16), bias),
            6 => net.PointwiseConv(name, x, x.Shape.C, bias),
            7 => net.BatchNorm(name, x, Kind(random)),
            8 => net.Activation(name, x, Kind(random)),
            9 or 10 => net.Add(name, Like(x, maps, random), x),
            11 => Concat(net, name, x, maps, random),
            12 => random.Next(3) > 0 ? net.SqueezeExcite(name, x, random.Next(1, 5), Kind(random)) : net.GlobalAveragePool(name, x),
            _ => random.Next(2) == 0 ? net.Dropout(name, x, 0.5f) : net.StochasticDepth(name, x, 0.5f),
        };
    }

    // Padding of at least half the dilated kernel, so that it always fits.
    private static Window Window(Random random) => new(random.Next(1, 4), random.Next(1, 3), padding: random.Next(1, 3), dilation: 1);

    private static ActivationKind Kind(Random random) => (ActivationKind)random.Next(Enum.GetValues<ActivationKind>().Length);

    private static Value Like(Value x, List<Value> maps, Random random)
    {
        Value[] fitting = [.. maps.Where(m => m.Shape == x.Shape)];
        return fitting[random.Next(fitting.Length)];
    }

    // Of convolutions made for it, in an order of its own, or of maps that are there.
    private static Value Concat(NetworkBuilder net, string name, Value x, List<Value> maps, Random random)
    {
        Value[] branches = random.Next(2) == 0
            ? [.. Enumerable.Range(0, random.Next(1, 4))
            .Select(i => net.ConvNorm($"{name}.{i}", x, random.Next(1, 9), new Window(1), Kind(random)))]
            : [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => LikeInPixels(x, maps, random))];
        random.Shuffle(branches);
        return branches.Sum(b => b.Shape.C) <= MostChannels ? net.Concat(name, branches) : net.Add(name, x, x);
    }

    private static Value LikeInPixels(Value x, List<Value> maps, Random random)
    {
        Value[] fitting = [.. maps.Where(m => m.Shape with { C = 1 } == x.Shape with { C = 1 })];
        return fitting[random.Next(fitting.Length)];
    }
}
