using System.Numerics.Tensors;

namespace GpuNet.Kernels.Host;

/// <summary>Adds up the rows of a matrix, the gradient of a bias: chunks of rows first, then the chunks in order.</summary>
internal sealed unsafe class RowSum
{
    private const int MaxChunks = 16;

    private readonly Workers workers;
    private readonly int rows, columns, chunks;
    private readonly Action<int> sumChunk;
    private float* source, partials;

    public RowSum(Workers workers, int rows, int columns)
    {
        (this.workers, this.rows, this.columns) = (workers, rows, columns);
        chunks = Math.Min(WorkParts.Count(0, (long)rows * columns), Math.Min(rows, MaxChunks));
        sumChunk = SumChunk;
    }

    /// <summary>Elements of the workspace: the sums of the chunks.</summary>
    public long WorkspaceElements => (long)chunks * columns;

    /// <summary>Adds the sum to <paramref name="target"/>.</summary>
    public void Run(float* source, Span<float> target, float* workspace)
    {
        this.source = source;
        partials = workspace;
        workers.Run(chunks, sumChunk);
        HostReduce.AddRows(workspace, chunks, target);
    }

    private void SumChunk(int chunk)
    {
        var sum = new Span<float>(partials + ((long)chunk * columns), columns);
        sum.Clear();
        int first = WorkParts.Start(chunk, chunks, rows), end = WorkParts.Start(chunk + 1, chunks, rows);
        HostReduce.AddRows(source + ((long)first * columns), end - first, sum);
    }
}

/// <summary>Sums in a fixed order.</summary>
internal static unsafe class HostReduce
{
    /// <summary>Adds <paramref name="rows"/> contiguous rows, each as long as <paramref name="target"/>, to it, first to last.</summary>
    public static void AddRows(float* source, int rows, Span<float> target)
    {
        for (int row = 0; row < rows; row++)
            TensorPrimitives.Add(target, new ReadOnlySpan<float>(source + ((long)row * target.Length), target.Length), target);
    }
}
