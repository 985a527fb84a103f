namespace GpuNet.Data;

/// <summary>One drawn placement: output pixel (y, x) is padded pixel (y + Top, x' + Left) with x' = x, or W - 1 - x if flipped.</summary>
/// <param name="Top">First row of the crop in the padded image, 0 to twice the padding.</param>
/// <param name="Left">First column of the crop in the padded image, 0 to twice the padding.</param>
/// <param name="Flip">Whether the crop is then mirrored left to right.</param>
public readonly record struct CropFlip(int Top, int Left, bool Flip);
