namespace GpuNet.Network;

/// <summary>What a batch gave.</summary>
/// <param name="Loss">Mean cross-entropy of its images.</param>
/// <param name="Correct">Images classified right.</param>
/// <param name="Count">Images in the batch.</param>
public readonly record struct BatchResult(float Loss, int Correct, int Count);
