namespace GpuNet.Tests.Ptx;

internal static partial class PtxAssembler
{
    // Which element of a matrix a lane's register holds; g = lane / 4, t = lane % 4. PTX ISA 9.2, section 9.7.14.5, "Matrix Fragments for
    // mma.m16n8k8" (tf32) and "mma.m16n8k16 with floating point type" (bf16: two elements a register, the lower half first).
    private static (int Row, int Column) PlaceInA(int lane, int register, int half, int step) =>
        ((lane >> 2) + (8 * (register & 1)), (lane % 4 * step) + half + (4 * step * (register >> 1)));

    private static (int Row, int Column) PlaceInB(int lane, int register, int half, int step) =>
        ((lane % 4 * step) + half + (4 * step * register), lane >> 2);

    private static (int Row, int Column) PlaceInC(int lane, int register) =>
        ((lane >> 2) + (8 * (register >> 1)), (lane % 4 * 2) + (register & 1));

    // d = a · b + c for a 16 x k, b k x 8, of which every lane holds its part.
    private static PtxOperation Multiply(PtxStatement statement)
    {
        (int halves, Func<ulong, int, float> element) = statement.Opcode switch
        {
            "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32" => (1, (Func<ulong, int, float>)RoundedTensorFloat),
            "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32" => (2, static (bits, half) => Float((bits >> (16 * half)) << 16)),
            _ => throw Unknown(statement),
        };
        if (statement.Operands is not [PtxVector d, PtxVector a, PtxVector b, PtxVector c])
            throw Unknown(statement);
        (int[] into, int[] left, int[] right, int[] start) = (Rows(d, 4), Rows(a, 4), Rows(b, 2), Rows(c, 4));
        return (warp, _) =>
        {
            var (x, w) = (new double[16, 8 * halves], new double[8 * halves, 8]);
            for (int lane = 0; lane < PtxWarp.Size; lane++)
            {
                for (int half = 0; half < halves; half++)
                {
                    for (int register = 0; register < 4; register++)
                    {
                        (int row, int column) = PlaceInA(lane, register, half, halves);
                        x[row, column] = element(warp.Rows[left[register] + lane], half);
                    }
                    for (int register = 0; register < 2; register++)
                    {
                        (int row, int column) = PlaceInB(lane, register, half, halves);
                        w[row, column] = element(warp.Rows[right[register] + lane], half);
                    }
                }
            }
            var results = new ulong[4 * PtxWarp.Size];
            for (int i = 0; i < results.Length; i++)
            {
                (int lane, int register) = (i / 4, i % 4);
                (int row, int column) = PlaceInC(lane, register);
                double sum = Float(warp.Rows[start[register] + lane]);
                for (int k = 0; k < 8 * halves; k++)
                    sum += x[row, k] * w[k, column];
                results[i] = Bits((float)sum);
            }
            for (int i = 0; i < results.Length; i++)
                warp.Rows[into[i % 4] + (i / 4)] = results[i];
        };
    }

    // The unit reads the upper 19 bits alone; a value that was not rounded to them would be cut, towards zero.
    private static float RoundedTensorFloat(ulong bits, int half) =>
        (bits & 0x1FFF) == 0 ? Float(bits) : throw new PtxFault($"{Float(bits)} is not rounded to tf32");

    // ldmatrix.sync.aligned.m8n8.xN[.trans].shared.b16: lanes 8j to 8j + 7 have the addresses of the 16-byte rows of matrix j, of which
    // each lane gets two neighbours in row lane / 4; with .trans in column lane / 4.
    private static unsafe PtxOperation LoadMatrix(PtxSource source, PtxStatement statement)
    {
        string[] parts = statement.Opcode.Split('.');
        bool transposed = parts.Contains("trans");
        int count = parts[4] switch { "x1" => 1, "x2" => 2, "x4" => 4, _ => throw Unknown(statement) };
        string name = $"ldmatrix.sync.aligned.m8n8.{parts[4]}.{(transposed ? "trans." : "")}shared.b16";
        if (statement.Opcode != name || statement.Operands is not [PtxVector target, PtxAddress address])
            throw Unknown(statement);
        (int[] into, Place place) = (Rows(target, count), new Place(source, address));
        return (warp, _) =>
        {
            for (int matrix = 0; matrix < count; matrix++)
            {
                var elements = new ushort[8, 8];
                for (int row = 0; row < 8; row++)
                {
                    int lane = (8 * matrix) + row;
                    byte* bytes = Reach(Space.Shared, warp, lane, place.Of(warp, lane), 16, PtxAccess.Read);
                    for (int column = 0; column < 8; column++)
                        elements[row, column] = ((ushort*)bytes)[column];
                }
                for (int lane = 0; lane < PtxWarp.Size; lane++)
                {
                    (int row, int column) = (lane >> 2, lane % 4 * 2);
                    warp.Rows[into[matrix] + lane] = transposed
                        ? elements[column, row] | ((uint)elements[column + 1, row] << 16)
                        : elements[row, column] | ((uint)elements[row, column + 1] << 16);
                }
            }
        };
    }

    private static int[] Rows(PtxVector vector, int count) =>
        vector.Elements.Count == count
            ? [.. vector.Elements.Select(r => r.Row * PtxWarp.Size)]
            : throw new PtxFault($"expected {count} registers in braces");
}
