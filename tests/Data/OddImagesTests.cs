using System.Text.Json;
using NUnit.Framework;

namespace GpuNet.Tests.Data;

/// <summary>
/// PngSuite and Pillow's test pictures, where a folder <c>shared/data/images-odd</c> lies beside the repository, against Pillow's verdicts
/// and pixels (Golden/images_odd.json).
/// </summary>
public sealed class OddImagesTests
{
    /// <summary>Where we decide otherwise than Pillow, and why.</summary>
    private static readonly Dictionary<string, string> Different = new()
    {
        ["jpg_pillow/truncated_exif_dpi.jpg"] = "Pillow fails over a resolution in EXIF; the picture is whole",
        ["png_pngsuite/xcsn0g01.png"] = "the checksum of its data is wrong, which Pillow does not look at",
        ["png_pillow/16_bit_binary.pgm"] = "16-bit PGM is not read",
        ["png_pillow/hopper_16bit.pgm"] = "16-bit PGM is not read",
        ["png_pillow/hopper_8bit_plain.pgm"] = "PGM as text is not read",
    };

    /// <summary>Turned by Pillow, but not by us: only JPEG and WebP say in EXIF how they were held.</summary>
    private const string TurnedByXmp = "png_pillow/xmp_tags_orientation_exiftool.png";

    private static string? Folder()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "GpuNet.sln")))
                return Path.Combine(at.FullName, "..", "shared", "data", "images-odd") is var folder && Directory.Exists(folder)
                    ? folder
                    : null;
        return null;
    }

    [Test]
    public void Verdicts_are_Pillows()
    {
        if (Folder() is not { } folder)
        {
            Assert.Ignore("no folder shared/data/images-odd beside the repository");
            return;
        }
        using JsonDocument golden = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "images_odd.json")));
        int count = 0;
        using IDisposable all = Assert.EnterMultipleScope();
        foreach (string line in File.ReadLines(Path.Combine(folder, "pillow_9.4_verdicts.tsv")))
        {
            string[] fields = line.Split('\t');
            string file = fields[0], verdict = fields[^1];
            bool expected = verdict.StartsWith("OK ", StringComparison.Ordinal) != Different.ContainsKey(file);
            string found;
            Image? image = null;
            try
            {
                image = Image.Read(Path.Combine(folder, file));
                found = $"{image.Width}x{image.Height}";
            }
            catch (InvalidDataException e)
            {
                found = e.Message;
            }
            Assert.That(image is not null, Is.EqualTo(expected), $"{file}: Pillow: {verdict}; we: {found}");
            // Verdicts name extents before the orientation is applied: from 5 on it swaps them.
            string size = verdict.Split(' ').FirstOrDefault(w => w.Contains('x') && char.IsAsciiDigit(w[0])) ?? "";
            bool turned = verdict[^2] == '=' && verdict[^1] is >= '5' and <= '8';
            if (image is not null && !Different.ContainsKey(file))
            {
                Assert.That(found, Is.EqualTo(turned ? string.Join('x', size.Split('x').Reverse()) : size), file);
                uint crc = GoldenImages.Crc(image.Pixels);
                Assert.That(crc == golden.RootElement.GetProperty(file).GetUInt32(), Is.EqualTo(file != TurnedByXmp), file);
            }
            count++;
        }
        Assert.That(count, Is.GreaterThan(200));
    }
}
