using GpuNet.Kernels;

namespace GpuNet;

public sealed partial class Plan
{
    /// <summary>
    /// When each tensor is first written and last read. Forward of node i is step i, backward of node i is step 2n − i, and step n
    /// lies between: it is where the gradient of the loss is set.
    /// </summary>
    private sealed class Lifetimes
    {
        private readonly Graph graph;
        private readonly PlanMode mode;
        private readonly BackwardReach reach;
        private readonly MemoryLayout layout = new();
        private readonly int[] storage;
        private readonly int[] value;
        private readonly int?[] gradient;
        private readonly int[][] saved;
        private readonly bool[] runsBackward;
        private readonly int[] firstContributor;
        private readonly int workspace;
        private readonly long[] workspaceElements;
        private readonly int?[] prepared;
        private readonly long[] preparedElements;

        public Lifetimes(
            Graph graph, Launcher[] launchers, PlanMode mode, Value? root, IReadOnlyList<Value> gradientOf, BackwardReach reach)
        {
            this.graph = graph;
            this.mode = mode;
            this.reach = reach;
            storage = Storage();
            runsBackward = [.. graph.Nodes.Select(reach.RunsBackward)];
            firstContributor = FirstContributors();
            value = [.. graph.Values.Select(
                v => storage[v.Id] == v.Id ? layout.Add(v.Stored.Bytes, FirstUse(v), LastUseOfStorage(v)) : -1)];
            gradient = [.. graph.Values.Select(v => reach.IsWanted(v) ? PlaceGradient(v, root!.Value, gradientOf) : (int?)null)];
            saved = [.. graph.Nodes.Select((n, i) => PlaceSaved(n, i))];
            workspaceElements = [.. launchers.Select(l => l.WorkspaceElements)];
            workspace = layout.Add(workspaceElements.DefaultIfEmpty().Max() * sizeof(float), 0, End);
            preparedElements = [.. launchers.Select(l => l.PreparedElements)];
            prepared = [.. preparedElements.Select(n => n > 0 ? layout.Add(n * sizeof(float), 0, End) : (int?)null)];
            layout.Plan();
        }

        public long Bytes => layout.Bytes;

        private int Middle => graph.Nodes.Count;

        private int End => 2 * graph.Nodes.Count;

        public long OffsetOfValue(int id) => layout.Offset(value[storage[id]]);

        public long? OffsetOfGradient(int id) => gradient[id] is { } buffer ? layout.Offset(buffer) : null;

        public Operands Operands(int i, Arena arena, Tensor[] values, Tensor[] gradients, ParameterStore parameters)
        {
            Node node = graph.Nodes[i];
            return new Operands
            {
                Inputs = [.. node.Inputs.Select(v => values[v.Id])],
                Parameters = [.. node.ParameterNames.Select(name => parameters[name])],
                Saved = [.. saved[i].Select((buffer, s) => arena.At(layout.Offset(buffer), node.Operator.Saved[s]))],
                Output = values[node.Output.Id],
                Workspace = workspaceElements[i] == 0 ? Tensor.None
                    : arena.At(layout.Offset(workspace), Shape.Vector(checked((int)workspaceElements[i]))),
                Prepared = prepared[i] is { } kept
                    ? arena.At(layout.Offset(kept), Shape.Vector(checked((int)preparedElements[i]))) : Tensor.None,
                DInputs = [.. node.Inputs.Select(
                    (v, input) => runsBackward[i] ? InputGradient(i, input, gradients[v.Id]) : Kernels.Gradient.None)],
                DParameters = [.. node.Parameters.Select(
                    p => runsBackward[i] && reach.IsTrained(p.Name, p.Spec) ? parameters.Gradient(p.Name) : Tensor.None)],
                DOutput = runsBackward[i] ? gradients[node.Output.Id] : Tensor.None,
                Training = Trains(node),
            };
        }

        private int BackwardStep(int node) => End - node;

        // The value in whose memory each value lies: its own, or that of the input its operator fills in place.
        private int[] Storage()
        {
            int[] own = [.. graph.Values.Select(v => v.Id)];
            foreach (Node node in graph.Nodes)
            {
                if (node.Operator.InPlaceInput is { } input)
                    own[node.Output.Id] = own[node.Inputs[input].Id];
            }
            return own;
        }

        private int LastUseOfStorage(Value v) => graph.Values.Where(other => storage[other.Id] == v.Id).Max(LastUse);

        private Gradient InputGradient(int node, int input, Tensor tensor)
        {
            int id = graph.Nodes[node].Inputs[input].Id;
            bool repeated = graph.Nodes[node].Inputs.Take(input).Any(v => v.Id == id);
            if (tensor.IsNone || !graph.Nodes[node].Operator.HasGradient(input))
                return Kernels.Gradient.None;
            return new Gradient(tensor, firstContributor[id] == node && !repeated ? GradientMode.Set : GradientMode.Add);
        }

        // The last node to read a tensor is the first to reach it on the way back.
        private int[] FirstContributors()
        {
            var first = new int[graph.Values.Count];
            Array.Fill(first, -1);
            for (int i = 0; i < graph.Nodes.Count; i++)
            {
                for (int input = 0; input < graph.Nodes[i].Inputs.Length; input++)
                {
                    if (runsBackward[i] && graph.Nodes[i].Operator.HasGradient(input))
                        first[graph.Nodes[i].Inputs[input].Id] = i;
                }
            }
            return first;
        }

        private int FirstUse(Value v) => graph.Inputs.Values.Contains(v) ? 0 : Producer(v);

        private int LastUse(Value v)
        {
            if (graph.Inputs.Values.Contains(v) || graph.Outputs.Values.Contains(v))
                return End;
            int last = Producer(v);
            for (int i = 0; i < graph.Nodes.Count; i++)
            {
                BackwardReads reads = graph.Nodes[i].Operator.BackwardReads;
                if (graph.Nodes[i].Inputs.Contains(v))
                    last = Math.Max(last, runsBackward[i] && reads.HasFlag(BackwardReads.Inputs) ? BackwardStep(i) : i);
                if (graph.Nodes[i].Output == v && runsBackward[i] && reads.HasFlag(BackwardReads.Output))
                    last = Math.Max(last, BackwardStep(i));
            }
            return last;
        }

        private int PlaceGradient(Value v, Value root, IReadOnlyList<Value> gradientOf)
        {
            int first = v == root ? Middle : BackwardStep(firstContributor[v.Id]);
            // That of a single number such as a loss is set once, when the plan is built.
            int last = gradientOf.Contains(v) || (v == root && v.Shape.Elements == 1) ? End : BackwardStep(Producer(v));
            // The root's gradient may be filled before forward runs.
            return layout.Add(v.Shape.Bytes, v == root ? 0 : first, last);
        }

        // A norm that nobody asks for a gradient writes its batch's statistics nevertheless.
        private int[] PlaceSaved(Node node, int i) =>
            runsBackward[i] ? [.. node.Operator.Saved.Select(s => layout.Add(s.Bytes, i, BackwardStep(i)))]
            : mode == PlanMode.Training && reach.MovesStatistics(node) ? [.. node.Operator.Saved.Select(s => layout.Add(s.Bytes, i, i))]
            : [];

        // Whether a node does what is particular to training. A frozen norm does as at inference.
        private bool Trains(Node node) =>
            mode == PlanMode.Training && (reach.MovesStatistics(node) || node.Operator.Parameters.All(p => p.IsTrained));

        private int Producer(Value v)
        {
            for (int i = 0; i < graph.Nodes.Count; i++)
            {
                if (graph.Nodes[i].Output == v)
                    return i;
            }
            return 0;
        }
    }
}
