namespace GpuNet.Network;

/// <summary>Leaves out what does nothing at inference: dropout, stochastic depth, the identity, a concatenation of one map.</summary>
public static class DropIdentities
{
    /// <summary>Applies the pass.</summary>
    public static Graph Apply(Graph graph)
    {
        var rewrite = new GraphRewrite(graph);
        foreach (Node node in rewrite.Nodes)
        {
            if (node.Operator.IsIdentityAtInference)
                rewrite.LeaveOut(node, node.Inputs[0]);
            else
                rewrite.Copy(node);
        }
        return rewrite.Finish();
    }
}
