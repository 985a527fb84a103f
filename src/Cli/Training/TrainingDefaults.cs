using GpuNet.Data;

namespace GpuNet.Cli;

/// <summary>What <c>gpunet train</c> does unless told otherwise; some numbers depend on the data.</summary>
/// <param name="Width">Width multiplier of the network.</param>
/// <param name="Epochs">Passes over the training images.</param>
/// <param name="Batch">Images of a step.</param>
/// <param name="LearningRate">Greatest learning rate.</param>
internal sealed record TrainingDefaults(float Width, int Epochs, int Batch, float LearningRate)
{
    public const string Model = "mobilenetv2";
    public const string Data = "shapes";
    public const string Schedule = "onecycle";
    public const float Momentum = 0.9f;
    public const float Decay = 5e-4f;
    public const float LabelSmoothing = 0;
    public const int Seed = 1;

    /// <summary>Well above 95 % of the test images in little more than a minute on two cores.</summary>
    public static TrainingDefaults Shapes { get; } = new(0.35f, 3, 32, 0.05f);

    /// <summary>A run of an hour or so on two cores, minutes on a GPU.</summary>
    public static TrainingDefaults Cifar10 { get; } = new(0.5f, 30, 128, 0.1f);

    /// <summary>The numbers for some data.</summary>
    public static TrainingDefaults For(DatasetSource source) => source is ShapesSource ? Shapes : Cifar10;
}
