using ILGPU.Runtime.Cuda;

namespace GpuNet.Kernels;

/// <summary>
/// How a matrix of a product lies in global memory and, alike, in shared memory: "outer" are the rows of the left one and the columns of
/// the right one, which have depth in common.
/// </summary>
internal interface IMatrixLayout
{
    /// <summary>Bytes of shared memory from one row to the next, of the left and of the right matrix.</summary>
    static abstract int LeftPitch { get; }

    /// <summary>See <see cref="LeftPitch"/>.</summary>
    static abstract int RightPitch { get; }

    /// <summary>Bytes from a depth to that eight on.</summary>
    static abstract int LeftStep { get; }

    /// <summary>See <see cref="LeftStep"/>.</summary>
    static abstract int RightStep { get; }

    /// <summary>Reads a vector of a step; what is outside the matrix is 0.</summary>
    /// <param name="matrix">Memory.</param>
    /// <param name="pitch">Elements from one row of memory to the next.</param>
    /// <param name="i">Number of the vector among those of the step.</param>
    /// <param name="shift">Vectors on the outer axis, as a power of two.</param>
    /// <param name="outer">First on the outer axis.</param>
    /// <param name="outerEnd">End of the outer axis.</param>
    /// <param name="depth">First depth.</param>
    /// <param name="depthEnd">End of depth.</param>
    static abstract Float4 Load<TAccess>(View matrix, int pitch, int i, int shift, int outer, int outerEnd, int depth, int depthEnd)
        where TAccess : unmanaged, IVectorAccess;

    /// <summary>Where the vector goes in shared memory.</summary>
    static abstract int Place(int i, int shift, int pitch);

    /// <summary>Where a lane's first operand lies.</summary>
    static abstract int LanePlace(int lane, int outer, int pitch);

    /// <summary>Fills the registers of the left operand: 32 rows, 8 deep.</summary>
    static abstract void LoadLeft(int place);

    /// <summary>Fills the registers of the right operand: 32 columns, 8 deep.</summary>
    static abstract void LoadRight(int place);
}

/// <summary>
/// Rows of memory run along depth. Twenty words from row to row: eight rows at four depths, which a fragment takes at once, lie in 32
/// different banks.
/// </summary>
internal readonly struct DepthRows : IMatrixLayout
{
    public const int Pitch = (TensorFloatUnits.Depth + 4) * sizeof(float);

    public static int LeftPitch => Pitch;

    public static int RightPitch => Pitch;

    public static int LeftStep => 8 * sizeof(float);

    public static int RightStep => 8 * sizeof(float);

    public static Float4 Load<TAccess>(View matrix, int pitch, int i, int shift, int outer, int outerEnd, int depth, int depthEnd)
        where TAccess : unmanaged, IVectorAccess
    {
        int row = outer + (i >> 2), k = depth + (4 * (i & 3));
        return TAccess.Load(matrix, (row * pitch) + k, row < outerEnd ? depthEnd - k : 0);
    }

    public static int Place(int i, int shift, int pitch) => ((i >> 2) * pitch) + (16 * (i & 3));

    public static int LanePlace(int lane, int outer, int pitch) => ((outer + (lane >> 2)) * pitch) + (sizeof(float) * (lane & 3));

    public static void LoadLeft(int place) => CudaAsm.Emit("""
        {
        .reg .b32 at;
        add.u32 at, tile, %0;
        ld.shared.b32 left0, [at];
        ld.shared.b32 left1, [at+640];
        ld.shared.b32 left2, [at+16];
        ld.shared.b32 left3, [at+656];
        ld.shared.b32 left4, [at+1280];
        ld.shared.b32 left5, [at+1920];
        ld.shared.b32 left6, [at+1296];
        ld.shared.b32 left7, [at+1936];
        }

        """, place);

    public static void LoadRight(int place) => CudaAsm.Emit("""
        {
        .reg .b32 at;
        add.u32 at, tile, %0;
        ld.shared.b32 right0, [at];
        ld.shared.b32 right1, [at+16];
        ld.shared.b32 right2, [at+640];
        ld.shared.b32 right3, [at+656];
        ld.shared.b32 right4, [at+1280];
        ld.shared.b32 right5, [at+1296];
        ld.shared.b32 right6, [at+1920];
        ld.shared.b32 right7, [at+1936];
        }

        """, place);
}

/// <summary>
/// Rows of memory run along the outer axis. Eight words more than a tile from depth to depth: four depths of eight neighbours lie in 32
/// different banks.
/// </summary>
internal readonly struct OuterRows : IMatrixLayout
{
    public static int LeftPitch => (128 + 8) * sizeof(float);

    public static int RightPitch => (64 + 8) * sizeof(float);

    public static int LeftStep => 8 * (128 + 8) * sizeof(float);

    public static int RightStep => 8 * (64 + 8) * sizeof(float);

    public static Float4 Load<TAccess>(View matrix, int pitch, int i, int shift, int outer, int outerEnd, int depth, int depthEnd)
        where TAccess : unmanaged, IVectorAccess
    {
        int k = depth + (i >> shift), first = outer + (4 * (i & ((1 << shift) - 1)));
        return TAccess.Load(matrix, (k * pitch) + first, k < depthEnd ? outerEnd - first : 0);
    }

    public static int Place(int i, int shift, int pitch) => ((i >> shift) * pitch) + (16 * (i & ((1 << shift) - 1)));

    public static int LanePlace(int lane, int outer, int pitch) => ((lane & 3) * pitch) + (sizeof(float) * (outer + (lane >> 2)));

    public static void LoadLeft(int place) => CudaAsm.Emit("""
        {
        .reg .b32 at;
        add.u32 at, tile, %0;
        ld.shared.b32 left0, [at];
        ld.shared.b32 left1, [at+32];
        ld.shared.b32 left2, [at+2176];
        ld.shared.b32 left3, [at+2208];
        ld.shared.b32 left4, [at+64];
        ld.shared.b32 left5, [at+96];
        ld.shared.b32 left6, [at+2240];
        ld.shared.b32 left7, [at+2272];
        }

        """, place);

    public static void LoadRight(int place) => CudaAsm.Emit("""
        {
        .reg .b32 at;
        add.u32 at, tile, %0;
        ld.shared.b32 right0, [at];
        ld.shared.b32 right1, [at+1152];
        ld.shared.b32 right2, [at+32];
        ld.shared.b32 right3, [at+1184];
        ld.shared.b32 right4, [at+64];
        ld.shared.b32 right5, [at+1216];
        ld.shared.b32 right6, [at+96];
        ld.shared.b32 right7, [at+1248];
        }

        """, place);
}
