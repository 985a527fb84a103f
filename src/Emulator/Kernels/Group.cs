using System.Runtime.CompilerServices;
using ILGPU.Runtime;

namespace ILGPU;

/// <summary>The group that a kernel's thread belongs to.</summary>
public static class Group
{
    /// <summary>The thread's place on the first axis.</summary>
    public static int IdxX => Lane.Current.IdxX;

    /// <summary>The thread's place on the second axis.</summary>
    public static int IdxY => Lane.Current.IdxY;

    /// <summary>The thread's place on the third axis.</summary>
    public static int IdxZ => Lane.Current.IdxZ;

    /// <summary>The thread's place on all axes.</summary>
    public static Index3D Index => new(IdxX, IdxY, IdxZ);

    /// <summary>The threads of the group on the first axis.</summary>
    public static int DimX => Lane.Current.Group.GroupDim.X;

    /// <summary>The threads of the group on the second axis.</summary>
    public static int DimY => Lane.Current.Group.GroupDim.Y;

    /// <summary>The threads of the group on the third axis.</summary>
    public static int DimZ => Lane.Current.Group.GroupDim.Z;

    /// <summary>The threads of the group on all axes.</summary>
    public static Index3D Dimension => Lane.Current.Group.GroupDim;

    /// <summary>The thread's number in the group, X varying fastest.</summary>
    public static int LinearIndex => Lane.Current.Number;

    /// <summary>Whether this is the group's thread number 0.</summary>
    public static bool IsFirstThread => LinearIndex == 0;

    /// <summary>Whether this is the thread of the highest number.</summary>
    public static bool IsLastThread => LinearIndex == Lane.Current.Group.Size - 1;

    /// <summary>Waits until every thread of the group is here; what they wrote before is seen after.</summary>
    /// <param name="line">Set by the compiler: the checked mode wants all threads at one and the same barrier.</param>
    public static void Barrier([CallerLineNumber] int line = 0)
    {
        Lane lane = Lane.Current;
        lane.Group.Barrier(lane, line);
    }
}
