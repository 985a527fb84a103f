using System.Globalization;

namespace GpuNet;

/// <summary>
/// CIFAR-10 in its binary form (Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009): every
/// <c>data_batch_*.bin</c> of the folder is training data, <c>test_batch.bin</c> is test data, and <c>batches.meta.txt</c> has the
/// ten class names. A record is one label byte and 3072 pixel bytes: a red, a green and a blue plane of 32 x 32.
/// Any number of records a file is accepted, so a part of the set works too.
/// </summary>
/// <param name="Folder">The folder with the files, usually <c>cifar-10-batches-bin</c>.</param>
internal sealed record Cifar10Source(string Folder) : DatasetSource
{
    private const int Side = 32, PlaneLength = Side * Side, ImageLength = 3 * PlaneLength, RecordLength = 1 + ImageLength, ClassCount = 10;

    /// <inheritdoc/>
    public override Augmentation Augmentation => Augmentation.Standard;

    /// <inheritdoc/>
    public override string Text => $"cifar10:{Path.GetFullPath(Folder)}";

    /// <inheritdoc/>
    public override MemoryImages Load()
    {
        if (!Directory.Exists(Folder))
            throw new DirectoryNotFoundException($"{Folder}: expected a folder with the CIFAR-10 binary files, found no such folder");
        string[] names = ReadClassNames(Path.Combine(Folder, "batches.meta.txt"));
        string[] training =
            [.. Directory.GetFiles(Folder, "data_batch_*.bin").OrderBy(BatchNumber).ThenBy(p => p, StringComparer.Ordinal)];
        if (training.Length == 0)
            throw new FileNotFoundException($"{Folder}: expected at least one data_batch_*.bin, found none");
        string test = Path.Combine(Folder, "test_batch.bin");
        RequireFile(test, "the test records");
        return new MemoryImages(Read("cifar10 train", names, training), Read("cifar10 test", names, [test]))
        {
            Augmentation = Augmentation,
        };
    }

    /// <summary>Orders data_batch_10 behind data_batch_9: the order of the images must not depend on the file system.</summary>
    private static int BatchNumber(string path)
    {
        string number = Path.GetFileNameWithoutExtension(path)["data_batch_".Length..];
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : int.MaxValue;
    }

    private static void RequireFile(string path, string content)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path}: expected a file with {content}, found no such file", path);
    }

    private static string[] ReadClassNames(string path)
    {
        RequireFile(path, "the ten class names");
        string[] names = [.. File.ReadAllLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)];
        return names.Length == ClassCount
            ? names
            : throw new InvalidDataException(
                $"{path}: byte {new FileInfo(path).Length}: expected {ClassCount} class names, one a line, "
                + $"found {names.Length} by the end of the file");
    }

    private static ImageDataset Read(string name, string[] classNames, string[] paths)
    {
        // Sizes first: a wrong file is reported before hundreds of megabytes are read.
        long count = paths.Sum(CountRecords);
        if (count * ImageLength > Array.MaxLength)
            throw new InvalidDataException(
                $"{paths[0]}: expected at most {Array.MaxLength / ImageLength} records in all files, found {count}");
        byte[] pixels = new byte[count * ImageLength];
        int[] labels = new int[count];
        byte[] record = new byte[RecordLength];
        int image = 0;
        foreach (string path in paths)
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 18, FileOptions.SequentialScan);
            for (long offset = 0; offset < file.Length && image < count; offset += RecordLength, image++)
            {
                int read = file.ReadAtLeast(record, RecordLength, throwOnEndOfStream: false);
                if (read < RecordLength)
                    throw CutShort(path, offset, read);
                if (record[0] >= ClassCount)
                {
                    throw new InvalidDataException(
                        $"{path}: byte {offset}: expected a label 0..{ClassCount - 1}, "
                        + $"found {record[0]} (record {offset / RecordLength})");
                }
                labels[image] = record[0];
                Interleave(record.AsSpan(1), pixels.AsSpan(image * ImageLength, ImageLength));
            }
        }
        return new ImageDataset(name, classNames, Side, Side, 3, pixels, labels);
    }

    private static long CountRecords(string path)
    {
        long length = new FileInfo(path).Length;
        if (length == 0)
            throw new InvalidDataException($"{path}: byte 0: expected records of {RecordLength} bytes, found an empty file");
        long rest = length % RecordLength;
        return rest == 0 ? length / RecordLength : throw CutShort(path, length - rest, rest);
    }

    private static InvalidDataException CutShort(string path, long offset, long found) => new(
        $"{path}: byte {offset}: expected a record of {RecordLength} bytes (1 label, {ImageLength} pixels), "
        + $"found {found} bytes by the end of the file");

    /// <summary>CHW planes to HWC pixels.</summary>
    private static void Interleave(ReadOnlySpan<byte> planes, Span<byte> image)
    {
        for (int i = 0; i < PlaneLength; i++)
        {
            image[3 * i] = planes[i];
            image[3 * i + 1] = planes[PlaneLength + i];
            image[3 * i + 2] = planes[2 * PlaneLength + i];
        }
    }
}
