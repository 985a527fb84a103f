namespace GpuNet;

/// <summary>A loss of one element, x against its target t, with d = x − t. The slope at a kink is 0, as PyTorch has it.</summary>
public enum LossKind
{
    /// <summary>d² (<c>torch.nn.MSELoss</c>).</summary>
    SquaredError,

    /// <summary>|d| (<c>torch.nn.L1Loss</c>).</summary>
    AbsoluteError,

    /// <summary>d²/(2β) where |d| is below β, else |d| − β/2 (<c>torch.nn.SmoothL1Loss</c>; Girshick 2015, arXiv:1504.08083).</summary>
    SmoothL1,

    /// <summary>d²/2 where |d| is below δ, else δ·(|d| − δ/2) (<c>torch.nn.HuberLoss</c>; Huber 1964).</summary>
    Huber,

    /// <summary>
    /// −t·log σ(x) − (1 − t)·log(1 − σ(x)), of a logit x and a target between 0 and 1 (<c>torch.nn.BCEWithLogitsLoss</c>).
    /// </summary>
    BinaryCrossEntropy,
}
