using ILGPU.Runtime;

namespace ILGPU;

/// <summary>The grid that a kernel's group belongs to.</summary>
public static class Grid
{
    /// <summary>The group's place on the first axis.</summary>
    public static int IdxX => Lane.Current.Group.GridIdx.X;

    /// <summary>The group's place on the second axis.</summary>
    public static int IdxY => Lane.Current.Group.GridIdx.Y;

    /// <summary>The group's place on the third axis.</summary>
    public static int IdxZ => Lane.Current.Group.GridIdx.Z;

    /// <summary>The group's place on all axes.</summary>
    public static Index3D Index => Lane.Current.Group.GridIdx;

    /// <summary>The groups on the first axis.</summary>
    public static int DimX => Lane.Current.Group.GridDim.X;

    /// <summary>The groups on the second axis.</summary>
    public static int DimY => Lane.Current.Group.GridDim.Y;

    /// <summary>The groups on the third axis.</summary>
    public static int DimZ => Lane.Current.Group.GridDim.Z;

    /// <summary>The groups on all axes.</summary>
    public static Index3D Dimension => Lane.Current.Group.GridDim;

    /// <summary>The thread's place among the threads of all groups, on all axes.</summary>
    public static Index3D GlobalIndex => Index * Group.Dimension + Group.Index;

    /// <summary>The thread's place on the first axis among the threads of all groups.</summary>
    public static LongIndex1D GlobalLinearIndex => (long)Lane.Current.Group.Number * Lane.Current.Group.Size + Lane.Current.Number;
}
