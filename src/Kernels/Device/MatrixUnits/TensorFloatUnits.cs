using ILGPU.Runtime.Cuda;

namespace GpuNet.Kernels;

/// <summary>
/// A warp's tile of 32 rows by 32 columns on tf32 matrix units, as inline PTX for compute capability 8.0 and later. Sums and operands
/// are named registers, declared once by <see cref="Begin"/>: what ILGPU takes out of inline PTX goes through local memory. Shared
/// memory is the kernel's only shared variable, which ILGPU 1.5.3 calls <c>__shared_alloca0</c>; places in it are byte offsets.
/// Fragments are laid out as PTX ISA 9.2 has them in section 9.7.14.5, "Matrix Fragments for mma.m16n8k8": with g = lane / 4 and
/// t = lane % 4, a lane has of the left matrix rows g and g + 8 at depths t and t + 4, of the right one depths t and t + 4 of column g,
/// and of the sums columns 2t and 2t + 1 of rows g and g + 8.
/// </summary>
internal static class TensorFloatUnits
{
    /// <summary>Depth of a step: two of the units'.</summary>
    public const int Depth = 16;

    /// <summary>Shared memory of both matrices of a step.</summary>
    public const int BufferBytes = RightPlace + (64 * DepthRows.Pitch);

    /// <summary>Where the right matrix lies in it.</summary>
    public const int RightPlace = 128 * DepthRows.Pitch;

    /// <summary>
    /// Bytes from one row of sums to the next: eight banks apart, so that the rows that lanes write at once meet in none.
    /// </summary>
    public const int SumPitch = (64 + 8) * sizeof(float);

    private const string MultiplyAdd = "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32";

    /// <summary>Declares the registers and sets the sums to 0. Once in a kernel, before all else.</summary>
    public static void Begin() => CudaAsm.Emit("""
        .reg .f32 acc<32>;
        .reg .b32 left<8>;
        .reg .b32 right<8>;
        .reg .b32 tile;
        mov.u32 tile, __shared_alloca0;
        mov.f32 acc0, 0f00000000;  mov.f32 acc1, 0f00000000;  mov.f32 acc2, 0f00000000;  mov.f32 acc3, 0f00000000;
        mov.f32 acc4, 0f00000000;  mov.f32 acc5, 0f00000000;  mov.f32 acc6, 0f00000000;  mov.f32 acc7, 0f00000000;
        mov.f32 acc8, 0f00000000;  mov.f32 acc9, 0f00000000;  mov.f32 acc10, 0f00000000; mov.f32 acc11, 0f00000000;
        mov.f32 acc12, 0f00000000; mov.f32 acc13, 0f00000000; mov.f32 acc14, 0f00000000; mov.f32 acc15, 0f00000000;
        mov.f32 acc16, 0f00000000; mov.f32 acc17, 0f00000000; mov.f32 acc18, 0f00000000; mov.f32 acc19, 0f00000000;
        mov.f32 acc20, 0f00000000; mov.f32 acc21, 0f00000000; mov.f32 acc22, 0f00000000; mov.f32 acc23, 0f00000000;
        mov.f32 acc24, 0f00000000; mov.f32 acc25, 0f00000000; mov.f32 acc26, 0f00000000; mov.f32 acc27, 0f00000000;
        mov.f32 acc28, 0f00000000; mov.f32 acc29, 0f00000000; mov.f32 acc30, 0f00000000; mov.f32 acc31, 0f00000000;

        """);

    /// <summary>
    /// Rounds four values to tf32, to the nearest, and puts them into shared memory: once for each value, where the lanes that read it
    /// would do it up to four times.
    /// </summary>
    public static void Put(int place, Float4 values) => CudaAsm.Emit("""
        {
        .reg .b32 value<4>;
        .reg .b32 at;
        add.u32 at, tile, %0;
        cvt.rna.tf32.f32 value0, %1;
        cvt.rna.tf32.f32 value1, %2;
        cvt.rna.tf32.f32 value2, %3;
        cvt.rna.tf32.f32 value3, %4;
        st.shared.v4.b32 [at], {value0, value1, value2, value3};
        }

        """, place, values.X, values.Y, values.Z, values.W);

    /// <summary>Adds the product of the operands in the registers to the sums: two fragments of 16 rows times four of 8 columns.</summary>
    public static void Multiply() => CudaAsm.Emit($$"""
        {{MultiplyAdd}} {acc0, acc1, acc2, acc3}, {left0, left1, left2, left3}, {right0, right1}, {acc0, acc1, acc2, acc3};
        {{MultiplyAdd}} {acc4, acc5, acc6, acc7}, {left0, left1, left2, left3}, {right2, right3}, {acc4, acc5, acc6, acc7};
        {{MultiplyAdd}} {acc8, acc9, acc10, acc11}, {left0, left1, left2, left3}, {right4, right5}, {acc8, acc9, acc10, acc11};
        {{MultiplyAdd}} {acc12, acc13, acc14, acc15}, {left0, left1, left2, left3}, {right6, right7}, {acc12, acc13, acc14, acc15};
        {{MultiplyAdd}} {acc16, acc17, acc18, acc19}, {left4, left5, left6, left7}, {right0, right1}, {acc16, acc17, acc18, acc19};
        {{MultiplyAdd}} {acc20, acc21, acc22, acc23}, {left4, left5, left6, left7}, {right2, right3}, {acc20, acc21, acc22, acc23};
        {{MultiplyAdd}} {acc24, acc25, acc26, acc27}, {left4, left5, left6, left7}, {right4, right5}, {acc24, acc25, acc26, acc27};
        {{MultiplyAdd}} {acc28, acc29, acc30, acc31}, {left4, left5, left6, left7}, {right6, right7}, {acc28, acc29, acc30, acc31};

        """);

    /// <summary>Where a lane's first sum lies among those of its group.</summary>
    public static int SumPlace(int lane, int row, int column) =>
        ((row + (lane >> 2)) * SumPitch) + ((column + (2 * (lane & 3))) * sizeof(float));

    /// <summary>Writes the sums into shared memory. Nobody may still read the matrices there.</summary>
    public static void PutSums(int place) => CudaAsm.Emit("""
        {
        .reg .b32 at;
        add.u32 at, tile, %0;
        st.shared.v2.f32 [at], {acc0, acc1};
        st.shared.v2.f32 [at+2304], {acc2, acc3};
        st.shared.v2.f32 [at+32], {acc4, acc5};
        st.shared.v2.f32 [at+2336], {acc6, acc7};
        st.shared.v2.f32 [at+64], {acc8, acc9};
        st.shared.v2.f32 [at+2368], {acc10, acc11};
        st.shared.v2.f32 [at+96], {acc12, acc13};
        st.shared.v2.f32 [at+2400], {acc14, acc15};
        st.shared.v2.f32 [at+4608], {acc16, acc17};
        st.shared.v2.f32 [at+6912], {acc18, acc19};
        st.shared.v2.f32 [at+4640], {acc20, acc21};
        st.shared.v2.f32 [at+6944], {acc22, acc23};
        st.shared.v2.f32 [at+4672], {acc24, acc25};
        st.shared.v2.f32 [at+6976], {acc26, acc27};
        st.shared.v2.f32 [at+4704], {acc28, acc29};
        st.shared.v2.f32 [at+7008], {acc30, acc31};
        }

        """, place);
}
