namespace GpuNet.Data;

/// <summary>What a crop shows where it reaches beyond the image.</summary>
public enum CropFill
{
    /// <summary>Black before normalisation, as torchvision's <c>RandomCrop(32, padding=4)</c> in front of <c>Normalize</c>.</summary>
    Black,

    /// <summary>The mean colour, which normalisation turns into zeros.</summary>
    Mean,
}
