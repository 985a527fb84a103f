namespace GpuNet.Emulation;

/// <summary>A view that learns the name of the kernel's parameter that it is passed to.</summary>
internal interface ICheckedArgument
{
    /// <summary>The same view, boxed, under that name.</summary>
    object Named(string name);
}
