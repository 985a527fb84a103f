namespace GpuNet;

public sealed partial class Plan
{
    /// <summary>
    /// How the passes reach the device, in words: as graphs that the driver repeats as one launch, or as a list of launches, and why.
    /// The first pass in each direction is always a list, the second is recorded.
    /// </summary>
    public string LaunchMode => Mode == PlanMode.Inference ? forwardPass.Description
        : forwardPass.Description == backwardPass.Description ? $"each way {forwardPass.Description}"
        : $"forward {forwardPass.Description}, backward {backwardPass.Description}";

    /// <summary>
    /// Times every operator while it is set; null as a rule. A profiled pass waits for the device between operators, and launches them one
    /// by one.
    /// </summary>
    public Profiler? Profiler { get; set; }

    private void Run(Profiler profiler, IEnumerable<int> nodes, string pass, Action<Step> launch)
    {
        foreach (int i in nodes)
        {
            long start = profiler.Start();
            launch(forward[i]);
            profiler.Stop(start, RunGraph.Nodes[i], pass, forward[i].Launcher.Candidate);
        }
    }

    /// <summary>
    /// One direction's launches. On a device that can, those whose arguments never change are recorded once and repeated by the driver;
    /// memory is planned and parameters stay where they are, so that nothing but a step's seed is passed by value and changes. Whatever
    /// goes wrong with a record, the launches are made one by one.
    /// </summary>
    private sealed class Pass(Device device, Step[] steps, bool varies, Action<Step> launch) : IDisposable
    {
        private Piece[]? pieces;
        private bool hasRun;

        /// <summary>Why there is no record; empty if there is one, or will be.</summary>
        public string Obstacle { get; private set; } = device.GraphObstacle;

        public string Description
        {
            get
            {
                if (Obstacle.Length > 0)
                    return $"a list of launches ({Obstacle})";
                if (pieces is null)
                    return "a list of launches (the second pass is recorded)";
                int graphs = pieces.Count(p => p.Graph is not null), others = pieces.Where(p => p.Graph is null).Sum(p => p.End - p.First);
                return graphs == 1 && others == 0 ? "one launch"
                    : $"{graphs} graph{(graphs == 1 ? "" : "s")} and {others} operator{(others == 1 ? "" : "s")} launched with this "
                    + "step's seed";
            }
        }

        public void Run()
        {
            // Kernels that have not run yet may still have to be loaded, which no record can hold.
            if (Obstacle.Length > 0 || !hasRun || !Recorded())
                Launch(0, steps.Length);
            else
                Repeat(pieces!);
            hasRun = true;
        }

        public void Dispose()
        {
            foreach (Piece piece in pieces ?? [])
                piece.Graph?.Dispose();
            pieces = null;
        }

        private void Repeat(Piece[] recorded)
        {
            foreach (Piece piece in recorded)
            {
                if (piece.Graph is null || Obstacle.Length > 0 || !Repeat(piece.Graph))
                    Launch(piece.First, piece.End);
            }
        }

        private bool Repeat(LaunchGraph graph)
        {
            try
            {
                graph.Launch();
                return true;
            }
            catch (GpuNetException e)
            {
                Obstacle = e.Message;
                return false;
            }
        }

        private bool Recorded()
        {
            if (pieces is not null)
                return true;
            var recorded = new List<Piece>();
            for (int first = 0, end; first < steps.Length; first = end)
            {
                bool seeded = IsSeeded(first);
                for (end = first + 1; end < steps.Length && IsSeeded(end) == seeded;)
                    end++;
                (int from, int to, string obstacle) = (first, end, "");
                LaunchGraph? graph = seeded ? null : device.Capture(() => Launch(from, to), out obstacle);
                recorded.Add(new Piece(graph, first, end));
                if (obstacle.Length == 0)
                    continue;
                Obstacle = obstacle;
                recorded.ForEach(p => p.Graph?.Dispose());
                return false;
            }
            pieces = [.. recorded];
            return true;
        }

        private bool IsSeeded(int step) => varies && steps[step].Launcher.UsesSeed;

        private void Launch(int first, int end)
        {
            for (int i = first; i < end; i++)
                launch(steps[i]);
        }

        private readonly record struct Piece(LaunchGraph? Graph, int First, int End);
    }
}
