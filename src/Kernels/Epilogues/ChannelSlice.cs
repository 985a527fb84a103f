namespace GpuNet.Kernels;

/// <summary>A result's place among the channels of a wider tensor, which several operators fill one after the other.</summary>
/// <param name="First">First channel.</param>
/// <param name="AllChannels">Channels of the wider tensor.</param>
/// <param name="Continues">Whether an operator before has begun to fill the tensor, which is then the last input.</param>
public readonly record struct ChannelSlice(int First, int AllChannels, bool Continues);
