using GpuNet.Kernels;

namespace GpuNet.Network;

/// <summary>
/// Folds a batch norm, with its activation, into the convolution before it. With s = weight / √(running_var + ε) the convolution has
/// <code>
/// w'[…,k] = s[k]·w[…,k]        b'[k] = s[k]·(b[k] − running_mean[k]) + bias[k]
/// </code>
/// which its launcher computes from the parameters of both whenever they have changed (Jacob et al. 2018, arXiv:1712.05877, section 3.2).
/// </summary>
public static class FoldBatchNorm
{
    /// <summary>Applies the pass.</summary>
    public static Graph Apply(Graph graph)
    {
        var rewrite = new GraphRewrite(graph);
        foreach (Node node in rewrite.Nodes)
        {
            if (node.Operator is Convolutional conv && conv.Epilogue == Epilogue.None
                && rewrite.OnlyReader(node.Output) is { Operator: BatchNorm norm } reader)
            {
                var epilogue = new Epilogue { NormEpsilon = norm.Epsilon, Activation = norm.Activation };
                rewrite.Merge(node, reader, conv with { Epilogue = epilogue });
            }
            else
            {
                rewrite.Copy(node);
            }
        }
        return rewrite.Finish();
    }
}
