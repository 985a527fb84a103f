using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

/// <summary>
/// What <see cref="Kernels.OperatorProof{T}"/> needs to know of an operator: cases, and both directions in double precision by plain
/// loops. Forward fills Output (and changes running statistics in Parameters if the operator does); Backward fills DInputs and
/// DParameters, which are zero before.
/// </summary>
internal interface IOperatorReference
{
    /// <summary>Small problems that cover every branch: odd extents, one channel, tails, every option.</summary>
    static abstract IEnumerable<Operator> Cases { get; }

    /// <summary>Problems that break a rule, each with a part of the message it must give.</summary>
    static abstract IEnumerable<(Operator Operator, string Message)> Invalid { get; }

    /// <summary>A small random problem.</summary>
    static abstract Operator Random(Random random);

    static abstract void Forward(Operator op, ReferenceOperands o);

    static abstract void Backward(Operator op, ReferenceOperands o);

    /// <summary>Terms of the longest sum in either direction, from which the tolerance follows.</summary>
    static abstract long Terms(Operator op);

    /// <summary>Whether the output is linear in the first input, so that the adjoint identity holds.</summary>
    static virtual bool IsLinear => false;

    /// <summary>Fills inputs, parameters and the output's gradient; by default uniformly in ±1.</summary>
    static virtual void Fill(Operator op, ReferenceOperands o, Random random)
    {
        foreach (double[] values in (double[][])[.. o.Inputs, .. o.Parameters, o.DOutput])
        {
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)((random.NextDouble() * 2) - 1);
        }
    }
}
