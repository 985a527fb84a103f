using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>
/// Tiles of 32 queries by 64 keys, whose scores stay in the first-level cache. Forward keeps a running maximum and sum for each query
/// and rescales the output when the maximum grows; a part is a block of queries of one head. Backward goes over the tiles once; a
/// part is a head, because dq gathers over keys and dk, dv over queries.
/// </summary>
internal sealed unsafe class SelfAttentionHost<TLanes> : Launcher
    where TLanes : unmanaged, ILanes<TLanes>
{
    private const int QueryBlock = AttentionTiles<TLanes>.MaxRows;
    private const int KeyTile = AttentionTiles<TLanes>.Width;

    private readonly Workers workers;
    private readonly AttentionGeometry g;
    private readonly int queryBlocks, keyTiles, tileElements;
    private readonly Action<int> transposeTile, forwardBlock, backwardHead;
    private Operands current = null!;

    public SelfAttentionHost(Device device, SelfAttention op)
    {
        workers = device.Workers;
        g = new AttentionGeometry(op);
        queryBlocks = (g.Tokens + QueryBlock - 1) / QueryBlock;
        keyTiles = (g.Tokens + KeyTile - 1) / KeyTile;
        tileElements = g.D * KeyTile;
        transposeTile = TransposeTile;
        forwardBlock = ForwardBlock;
        backwardHead = BackwardHead;
    }

    // Forward: all keys, transposed by tiles. Backward: a tile of keys and one of values for each head.
    public override long WorkspaceElements => (long)g.N * g.Heads * Math.Max(keyTiles, 2) * tileElements;

    public override void Forward(Operands o)
    {
        current = o;
        workers.Run(g.N * g.Heads * keyTiles, transposeTile);
        workers.Run(g.N * g.Heads * queryBlocks, forwardBlock);
    }

    public override void Backward(Operands o)
    {
        current = o;
        if (o.DInput.IsWanted)
            workers.Run(g.N * g.Heads, backwardHead);
    }

    private void TransposeTile(int part)
    {
        (int head, int tile) = Math.DivRem(part, keyTiles);
        int first = tile * KeyTile;
        float* keys = Row(current.Input.Pointer, head, first, 3) + g.E;
        float* transposed = current.Workspace.Pointer + ((long)part * tileElements);
        AttentionTiles<TLanes>.Transpose(keys, 3 * g.E, Math.Min(KeyTile, g.Tokens - first), g.D, transposed);
    }

    private void ForwardBlock(int part)
    {
        float* scores = stackalloc float[QueryBlock * KeyTile];
        float* max = stackalloc float[QueryBlock];
        float* sum = stackalloc float[QueryBlock];
        (int head, int block) = Math.DivRem(part, queryBlocks);
        int first = block * QueryBlock, queries = Math.Min(QueryBlock, g.Tokens - first);
        float* q = Row(current.Input.Pointer, head, first, 3);
        float* y = Row(current.Output.Pointer, head, first, 1);
        for (int i = 0; i < queries; i++)
        {
            new Span<float>(y + ((long)i * g.E), g.D).Clear();
            max[i] = float.NegativeInfinity;
            sum[i] = 0;
        }
        for (int tile = 0; tile < keyTiles; tile++)
        {
            int keys = Math.Min(KeyTile, g.Tokens - (tile * KeyTile));
            float* transposed = current.Workspace.Pointer + ((((long)head * keyTiles) + tile) * tileElements);
            AttentionTiles<TLanes>.Scores(q, 3 * g.E, queries, transposed, keys, g.D, g.Scale, scores);
            for (int i = 0; i < queries; i++)
            {
                float* s = scores + (i * KeyTile);
                float above = MathF.Max(max[i], AttentionTiles<TLanes>.Maximum(s, keys));
                float kept = MathF.Exp(max[i] - above);
                if (kept != 1)
                    AttentionTiles<TLanes>.Scale(y + ((long)i * g.E), g.D, kept);
                sum[i] = (sum[i] * kept) + AttentionTiles<TLanes>.Exponentials(s, keys, above);
                max[i] = above;
            }
            float* values = Row(current.Input.Pointer, head, tile * KeyTile, 3) + (2 * g.E);
            AttentionTiles<TLanes>.AddProduct(scores, KeyTile, 1, queries, keys, values, 3 * g.E, y, g.E, g.D);
        }
        for (int i = 0; i < queries; i++)
        {
            AttentionTiles<TLanes>.Scale(y + ((long)i * g.E), g.D, 1 / sum[i]);
            if (current.Saved.Length > 0)
                *Lse(head, first + i) = max[i] + MathF.Log(sum[i]);
        }
    }

    private void BackwardHead(int head)
    {
        float* keysTransposed = current.Workspace.Pointer + (2L * head * tileElements);
        float* valuesTransposed = keysTransposed + tileElements;
        float* dx = Row(current.DInput.Tensor.Pointer, head, 0, 3);
        for (int i = 0; i < g.Tokens && !current.DInput.Adds; i++)
        {
            for (int part = 0; part < 3; part++)
                new Span<float>(dx + ((((long)i * 3) + part) * g.E), g.D).Clear();
        }
        for (int first = 0; first < g.Tokens; first += KeyTile)
        {
            int keys = Math.Min(KeyTile, g.Tokens - first);
            float* k = Row(current.Input.Pointer, head, first, 3) + g.E;
            AttentionTiles<TLanes>.Transpose(k, 3 * g.E, keys, g.D, keysTransposed);
            AttentionTiles<TLanes>.Transpose(k + g.E, 3 * g.E, keys, g.D, valuesTransposed);
            for (int query = 0; query < g.Tokens; query += QueryBlock)
                BackwardTile(head, first, keys, query, Math.Min(QueryBlock, g.Tokens - query), keysTransposed, valuesTransposed);
        }
    }

    private void BackwardTile(
        int head, int firstKey, int keys, int firstQuery, int queries, float* keysTransposed, float* valuesTransposed)
    {
        float* p = stackalloc float[QueryBlock * KeyTile];
        float* ds = stackalloc float[QueryBlock * KeyTile];
        int stride = 3 * g.E;
        float* q = Row(current.Input.Pointer, head, firstQuery, 3);
        float* y = Row(current.Output.Pointer, head, firstQuery, 1);
        float* dy = Row(current.DOutput.Pointer, head, firstQuery, 1);
        AttentionTiles<TLanes>.Scores(q, stride, queries, keysTransposed, keys, g.D, g.Scale, p);
        AttentionTiles<TLanes>.Scores(dy, g.E, queries, valuesTransposed, keys, g.D, 1, ds);
        for (int i = 0; i < queries; i++)
        {
            float dot = AttentionTiles<TLanes>.Dot(dy + ((long)i * g.E), y + ((long)i * g.E), g.D);
            AttentionTiles<TLanes>.Gradients(p + (i * KeyTile), ds + (i * KeyTile), keys, *Lse(head, firstQuery + i), dot, g.Scale);
        }
        float* dq = Row(current.DInput.Tensor.Pointer, head, firstQuery, 3);
        float* dk = Row(current.DInput.Tensor.Pointer, head, firstKey, 3) + g.E;
        float* k = Row(current.Input.Pointer, head, firstKey, 3) + g.E;
        AttentionTiles<TLanes>.AddProduct(ds, KeyTile, 1, queries, keys, k, stride, dq, stride, g.D);
        AttentionTiles<TLanes>.AddProduct(ds, 1, KeyTile, keys, queries, q, stride, dk, stride, g.D);
        AttentionTiles<TLanes>.AddProduct(p, 1, KeyTile, keys, queries, dy, g.E, dk + g.E, stride, g.D);
    }

    // The row of a token in a tensor whose rows have some times E channels, at the head's channels; heads are counted over all images.
    private float* Row(float* start, int head, int token, int times)
    {
        (int n, int inImage) = Math.DivRem(head, g.Heads);
        return start + ((((long)n * g.Tokens) + token) * times * g.E) + (inImage * g.D);
    }

    private float* Lse(int head, int token)
    {
        (int n, int inImage) = Math.DivRem(head, g.Heads);
        return current.Saved[0].Pointer + ((((long)n * g.Tokens) + token) * g.Heads) + inImage;
    }
}
