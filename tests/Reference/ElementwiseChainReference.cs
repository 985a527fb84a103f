using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

internal sealed class ElementwiseChainReference : IOperatorReference
{
    private static readonly ElementwiseLink Plus = new(ElementwiseLinkKind.PlusTensor), Gate = new(ElementwiseLinkKind.TimesGate);

    public static IEnumerable<Operator> Cases =>
    [
        new ElementwiseChain(new Shape(1, 1, 1, 1), [Plus]),
        new ElementwiseChain(new Shape(2, 3, 5, 7), [Gate, Plus, Act(ActivationKind.Relu)]),
        new ElementwiseChain(new Shape(3, 4, 5, 12), [Gate, Plus, Act(ActivationKind.Relu)]),
        new ElementwiseChain(new Shape(2, 5, 9, 16), [Plus, Act(ActivationKind.Silu), Plus, Act(ActivationKind.HardSwish)]),
        new ElementwiseChain(new Shape(2, 3, 3, 20), [Act(ActivationKind.Gelu), Gate, Gate, Plus]),
        new ElementwiseChain(new Shape(1, 33, 31, 17), [Act(ActivationKind.Sigmoid), Plus]),
    ];

    public static IEnumerable<(Operator Operator, string Message)> Invalid =>
    [
        (new ElementwiseChain(new Shape(1, 2, 2, 4), []), "a chain has links"),
        (new ElementwiseChain(new Shape(1, 2, 2, 4), [Plus, Plus, Plus, Plus, Plus]), "a chain has links"),
        (new ElementwiseChain(new Shape(1, 2, 2, 0), [Plus]), "extent of an input"),
        (new ElementwiseChain(new Shape(1, 2, 2, 4), [new ElementwiseLink((ElementwiseLinkKind)9)]), "a link is one there is"),
        (new ElementwiseChain(new Shape(1, 2, 2, 4), [Act((ActivationKind)99)]), "activation"),
    ];

    public static Operator Random(Random random)
    {
        ElementwiseLink[] links = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(3) switch
        {
            0 => Plus,
            1 => Gate,
            _ => Act((ActivationKind)random.Next(Enum.GetValues<ActivationKind>().Length)),
        })];
        return new ElementwiseChain(new Shape(random.Next(1, 4), random.Next(1, 9), random.Next(1, 9), random.Next(1, 40)), [.. links]);
    }

    public static long Terms(Operator op) => 32;

    public static void Forward(Operator op, ReferenceOperands o)
    {
        var chain = (ElementwiseChain)op;
        o.Inputs[0].CopyTo(o.Output, 0);
        int next = 1;
        foreach (ElementwiseLink link in chain.Links)
        {
            double[] operand = link.HasOperand ? o.Inputs[next++] : [];
            for (int i = 0; i < o.Output.Length; i++)
            {
                int gate = (i / chain.Input.C / chain.Input.Pixels * chain.Input.C) + (i % chain.Input.C);
                o.Output[i] = link.Kind switch
                {
                    ElementwiseLinkKind.PlusTensor => o.Output[i] + operand[i],
                    ElementwiseLinkKind.TimesGate => o.Output[i] * operand[gate],
                    _ => ActivationReference.Value(link.Activation, o.Output[i]),
                };
            }
        }
    }

    public static void Backward(Operator op, ReferenceOperands o) => throw new NotSupportedException("A chain runs at inference only.");

    private static ElementwiseLink Act(ActivationKind kind) => new(ElementwiseLinkKind.Activate, kind);
}
