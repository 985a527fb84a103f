using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace GpuNet;

/// <summary>PNG after its specification (W3C, third edition): 8 bits a channel, colour types 0, 2, 3, 4 and 6, not interlaced.</summary>
internal static class PngCodec
{
    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(n =>
    {
        uint c = (uint)n;
        for (int bit = 0; bit < 8; bit++)
            c = (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
        return c;
    })];

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private readonly record struct Header(int Width, int Height, int ColourType)
    {
        /// <summary>Bytes a pixel: grey 1, RGB 3, palette 1, grey and alpha 2, RGBA 4.</summary>
        public int Channels => ColourType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
    }

    public static bool IsPng(ReadOnlySpan<byte> content) => content.StartsWith(Signature);

    /// <summary>Decodes a whole file; <paramref name="path"/> is for messages.</summary>
    public static RgbImage Decode(string path, byte[] content)
    {
        Header? header = null;
        byte[] palette = [];
        using var packed = new MemoryStream();
        int at = Signature.Length, firstData = -1;
        for (bool ended = false; !ended;)
        {
            int start = at;
            if (content.Length - at < 12)
                throw Wrong(path, content.Length, "another chunk (the file ends before IEND)", "the end of the file");
            uint length = BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(at));
            string type = Encoding.Latin1.GetString(content, at + 4, 4);
            if (length > content.Length - at - 12)
                throw Wrong(path, start, $"a chunk of {length} bytes", $"{content.Length - at - 12} bytes by the end of the file");
            ReadOnlySpan<byte> body = content.AsSpan(at + 8, (int)length);
            uint stored = BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(at + 8 + (int)length));
            uint computed = Crc(content.AsSpan(at + 4, 4 + (int)length));
            if (stored != computed)
                throw Wrong(path, at + 8 + (int)length, $"checksum {computed:x8} of chunk {type}", $"{stored:x8}: the file is damaged");
            at += 12 + (int)length;
            if (header is null && type != "IHDR")
                throw Wrong(path, start, "chunk IHDR first", $"chunk {type}");
            switch (type)
            {
                case "IHDR":
                    header = ReadHeader(path, start + 8, body);
                    break;
                case "PLTE":
                    palette = body.ToArray();
                    break;
                case "IDAT":
                    firstData = firstData < 0 ? start : firstData;
                    packed.Write(body);
                    break;
                case "IEND":
                    ended = true;
                    break;
                case var _ when char.IsAsciiLetterUpper(type[0]):
                    // A capital first letter marks a chunk without which the picture cannot be shown.
                    throw Wrong(path, start, "a chunk of PNG's own kinds", $"chunk {type}");
            }
        }
        if (firstData < 0)
            throw Wrong(path, at - 12, "an IDAT chunk before IEND", "none");
        byte[] rows = Unpack(path, firstData, packed, header!.Value);
        return ToRgb(path, firstData, rows, header.Value, palette);
    }

    private static Header ReadHeader(string path, int offset, ReadOnlySpan<byte> body)
    {
        if (body.Length != 13)
            throw Wrong(path, offset, "13 bytes in IHDR", $"{body.Length}");
        uint width = BinaryPrimitives.ReadUInt32BigEndian(body), height = BinaryPrimitives.ReadUInt32BigEndian(body[4..]);
        if (width == 0 || height == 0 || (ulong)width * height > RgbImage.MaxPixels)
            throw Wrong(path, offset, $"1 to {RgbImage.MaxPixels} pixels", $"{width}x{height}");
        if (body[8] != 8)
            throw Wrong(path, offset + 8, "8 bits a channel", $"{body[8]} (convert the picture first)");
        if (body[9] is not (0 or 2 or 3 or 4 or 6))
            throw Wrong(path, offset + 9, "colour type 0, 2, 3, 4 or 6", $"{body[9]}");
        if (body[10] != 0 || body[11] != 0)
            throw Wrong(path, offset + 10, "compression 0 and filter method 0", $"{body[10]} and {body[11]}");
        if (body[12] != 0)
            throw Wrong(path, offset + 12, "a picture that is not interlaced", $"interlace method {body[12]} (convert the picture first)");
        return new Header((int)width, (int)height, body[9]);
    }

    /// <summary>Inflates the rows, each behind its filter byte, and undoes the filters in place.</summary>
    private static byte[] Unpack(string path, int offset, MemoryStream packed, Header header)
    {
        int bpp = header.Channels, stride = 1 + header.Width * bpp;
        long length = (long)stride * header.Height;
        // Deflate packs at most 1032 to 1: a header that lies about its size must not cost a gigabyte.
        if (length > Array.MaxLength || length > 1032 * packed.Length)
            throw Wrong(path, offset, $"{length} bytes of rows in IDAT", $"{packed.Length} packed bytes, too few for them");
        byte[] rows = new byte[length];
        packed.Position = 0;
        int read;
        try
        {
            using var zlib = new ZLibStream(packed, CompressionMode.Decompress, leaveOpen: true);
            read = zlib.ReadAtLeast(rows, rows.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: byte {offset}: expected deflated rows in IDAT, found damaged data: {e.Message}", e);
        }
        if (read < rows.Length)
            throw Wrong(path, offset, $"{rows.Length} bytes of rows in IDAT", $"{read}");

        Span<byte> above = new byte[stride];
        for (int y = 0; y < header.Height; y++)
        {
            Span<byte> row = rows.AsSpan(y * stride, stride);
            if (row[0] > 4)
                throw Wrong(path, offset, $"a filter 0..4 for row {y}", $"{row[0]}");
            Unfilter(row[0], row[1..], above[1..], bpp);
            above = row;
        }
        return rows;
    }

    private static void Unfilter(byte filter, Span<byte> row, ReadOnlySpan<byte> above, int bpp)
    {
        for (int i = 0; filter != 0 && i < row.Length; i++)
        {
            int a = i < bpp ? 0 : row[i - bpp], b = above[i], c = i < bpp ? 0 : above[i - bpp];
            row[i] += (byte)(filter switch { 1 => a, 2 => b, 3 => (a + b) / 2, _ => Paeth(a, b, c) });
        }
    }

    /// <summary>Of left, above and above left the one nearest to a + b - c; ties in that order.</summary>
    private static int Paeth(int a, int b, int c)
    {
        int pa = Math.Abs(b - c), pb = Math.Abs(a - c), pc = Math.Abs(a + b - 2 * c);
        return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }

    private static RgbImage ToRgb(string path, int offset, byte[] rows, Header header, byte[] palette)
    {
        var image = new RgbImage(header.Height, header.Width);
        int bpp = header.Channels, to = 0;
        for (int y = 0; y < header.Height; y++)
            for (int x = 0, from = y * (1 + header.Width * bpp) + 1; x < header.Width; x++, from += bpp, to += 3)
            {
                (byte[] source, int r, int g, int b) = header.ColourType switch
                {
                    0 or 4 => (rows, from, from, from),
                    3 => (palette, 3 * rows[from], 3 * rows[from] + 1, 3 * rows[from] + 2),
                    _ => (rows, from, from + 1, from + 2),
                };
                if (b >= source.Length)
                    throw Wrong(
                        path, offset, $"a palette of at least {rows[from] + 1} colours for pixel ({y}, {x})", $"{palette.Length / 3}");
                image.Pixels[to] = source[r];
                image.Pixels[to + 1] = source[g];
                image.Pixels[to + 2] = source[b];
            }
        return image;
    }

    /// <summary>RGB without filters: larger than need be, and enough for contact sheets.</summary>
    public static byte[] Encode(RgbImage image)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            for (int y = 0; y < image.Height; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(image.Pixels, y * image.Width * 3, image.Width * 3);
            }
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), image.Height);
        header[8] = 8;
        header[9] = 2;
        return [.. Signature, .. Chunk("IHDR", header), .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", [])];
    }

    private static byte[] Chunk(string type, byte[] body)
    {
        byte[] chunk = new byte[12 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, body.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        body.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + body.Length), Crc(chunk.AsSpan(4, 4 + body.Length)));
        return chunk;
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
            crc = CrcTable[(byte)(crc ^ value)] ^ (crc >> 8);
        return ~crc;
    }

    private static InvalidDataException Wrong(string path, long offset, string expected, string found) =>
        new($"{path}: byte {offset}: expected {expected}, found {found}");
}
