using System.Buffers.Binary;

namespace GpuNet;

/// <summary>What the outer structure of picture files tells without decoding them.</summary>
internal static class PictureContainers
{
    public static bool IsJpeg(ReadOnlySpan<byte> content) => content is [0xFF, 0xD8, 0xFF, ..];

    public static bool IsPng(ReadOnlySpan<byte> content) => content is [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, ..];

    public static bool IsGif(ReadOnlySpan<byte> content) => content.StartsWith("GIF87a"u8) || content.StartsWith("GIF89a"u8);

    public static bool IsWebp(ReadOnlySpan<byte> content) =>
        content.Length >= 12 && content.StartsWith("RIFF"u8) && content[8..].StartsWith("WEBP"u8);

    /// <summary>Whether the file is as long as its first chunk says. Skia is content with the first picture, Pillow is not.</summary>
    public static bool WebpIsWhole(ReadOnlySpan<byte> content) =>
        BinaryPrimitives.ReadUInt32LittleEndian(content[4..]) + 8L <= content.Length;

    /// <summary>
    /// Whether an end of image follows the data (ITU T.81, B.1). Skia paints what is missing grey and reports success; Pillow refuses.
    /// </summary>
    public static bool JpegIsWhole(ReadOnlySpan<byte> content)
    {
        const byte restart0 = 0xD0, start = 0xD8, end = 0xD9, temporary = 0x01;
        for (int at = 2; ;)
        {
            // In a scan, 0xFF of the data is followed by zero; whatever else lies between segments is skipped, as libjpeg does.
            int found = content[at..].IndexOf((byte)0xFF);
            if (found < 0 || at + found + 1 >= content.Length)
                return false;
            at += found + 1;
            byte marker = content[at];
            if (marker == end)
                return true;
            if (marker == 0xFF)
                continue;
            at++;
            if (marker is 0 or temporary or (>= restart0 and <= start))
                continue;
            if (at + 2 > content.Length)
                return false;
            at += BinaryPrimitives.ReadUInt16BigEndian(content[at..]);
            if (at > content.Length)
                return false;
        }
    }

    /// <summary>Whether all chunks lie inside the file. A missing last one (IEND) is no loss, and Pillow is content too.</summary>
    public static bool PngIsWhole(ReadOnlySpan<byte> content)
    {
        for (long at = 8; at + 8 <= content.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(content[(int)at..]);
            if (at + 8 + length > content.Length)
                return false;
            if (content.Slice((int)at + 4, 4).SequenceEqual("IEND"u8))
                return true;
            at += 12 + (long)length;
        }
        return true;
    }

    /// <summary>
    /// A copy in which the first picture has no transparent colour (GIF89a, 23: Graphic Control Extension): Skia would make those pixels
    /// black, while their colour is in the palette.
    /// </summary>
    public static ReadOnlySpan<byte> WithoutGifTransparency(ReadOnlySpan<byte> content)
    {
        byte[] copy = content.ToArray();
        if (copy.Length < 13)
            return copy;
        int at = 13 + ((copy[10] & 0x80) != 0 ? 3 << ((copy[10] & 7) + 1) : 0);
        // Extensions start with 0x21 and a kind; blocks follow, each after its length, and an empty one ends them.
        while (at + 3 < copy.Length && copy[at] == 0x21)
        {
            if (copy[at + 1] == 0xF9)
                copy[at + 3] &= 0xFE;
            for (at += 2; at < copy.Length && copy[at] != 0; at += 1 + copy[at])
            {
            }
            at++;
        }
        return copy;
    }

    /// <summary>What content that is no readable picture seems to be.</summary>
    public static string Describe(ReadOnlySpan<byte> content) => content switch
    {
        [0xFF, 0xD8, 0xFF, ..] => "a damaged JPEG",
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "a damaged PNG",
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "a damaged GIF",
        [(byte)'B', (byte)'M', ..] => "a damaged BMP",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', ..] => "a damaged WebP, or no picture",
        [(byte)'P', >= (byte)'1' and <= (byte)'7', ..] => $"a netpbm picture of kind P{(char)content[1]}",
        [(byte)'I', (byte)'I', 42, 0, ..] or [(byte)'M', (byte)'M', 0, 42, ..] => "a TIFF",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => "a HEIC, AVIF or film",
        [(byte)'<', ..] => "a page or drawing in markup (HTML, SVG or XML)",
        _ => "something else",
    };
}
