using ILGPU.Runtime;

namespace ILGPU;

/// <summary>The warp that a kernel's thread belongs to. Exchanges between its lanes are not offered: not every device has them.</summary>
public static class Warp
{
    /// <summary>The threads of a warp.</summary>
    public static int WarpSize => Lane.Current.Group.WarpSize;

    /// <summary>The thread's number in its warp.</summary>
    public static int LaneIdx => Lane.Current.Number % WarpSize;

    /// <summary>The warp's number in the group.</summary>
    public static int WarpIdx => Lane.Current.Number / WarpSize;

    /// <summary>Whether this is the warp's thread number 0.</summary>
    public static bool IsFirstLane => LaneIdx == 0;

    /// <summary>Whether this is the warp's thread of the highest number.</summary>
    public static bool IsLastLane => LaneIdx == WarpSize - 1;
}
