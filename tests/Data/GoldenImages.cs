using System.Text.Json;

namespace GpuNet.Tests.Data;

/// <summary>What Pillow and torchvision make of some pictures: Golden/images.json.</summary>
internal static class GoldenImages
{
    private static readonly JsonDocument Document =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "images.json")));

    public static IEnumerable<string> Files => Document.RootElement.GetProperty("files").EnumerateObject().Select(p => p.Name);

    public static (byte[] Content, int Height, int Width, uint Crc) Of(string file)
    {
        JsonElement entry = Document.RootElement.GetProperty("files").GetProperty(file);
        return (entry.GetProperty("file").GetBytesFromBase64(),
            entry.GetProperty("height").GetInt32(), entry.GetProperty("width").GetInt32(), entry.GetProperty("crc32").GetUInt32());
    }

    public static IEnumerable<JsonElement> Cases(string kind) => Document.RootElement.GetProperty(kind).EnumerateArray();

    /// <summary>A picture by a formula, the one of generate_images.py.</summary>
    public static Image Picture(int height, int width)
    {
        var image = new Image(height, width);
        for (int i = 0; i < image.Pixels.Length; i++)
        {
            int c = i % 3, x = i / 3 % width, y = i / 3 / width;
            image.Pixels[i] = (byte)(x * x * 37 + y * y * 91 + x * y * 13 + c * 85);
        }
        return image;
    }

    /// <summary>CRC-32 of zlib, bit by bit.</summary>
    public static uint Crc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        }
        return ~crc;
    }
}
