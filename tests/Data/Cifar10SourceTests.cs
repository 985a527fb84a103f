using NUnit.Framework;

namespace GpuNet.Tests.Data;

public sealed class Cifar10SourceTests
{
    private const int Record = 3073;
    private static readonly string[] Names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
    private TempFolder folder = null!;

    [SetUp]
    public void WriteTinySet()
    {
        folder = new TempFolder();
        File.WriteAllText(folder.File("batches.meta.txt"), string.Join('\n', Names) + "\n\n");
        folder.Write("data_batch_1.bin", Records(3, 0, 9));
        folder.Write("test_batch.bin", Records(7));
    }

    [TearDown]
    public void RemoveTinySet() => folder.Dispose();

    /// <summary>A pixel's value tells its channel, row and column.</summary>
    private static byte Pixel(int record, int c, int y, int x) => (byte)(record * 50 + c * 85 + y * 7 + x * 3);

    private static byte[] Records(params byte[] labels)
    {
        byte[] content = new byte[labels.Length * Record];
        for (int r = 0; r < labels.Length; r++)
        {
            content[r * Record] = labels[r];
            for (int i = 0; i < 3072; i++)
                content[r * Record + 1 + i] = Pixel(r, i / 1024, i / 32 % 32, i % 32);
        }
        return content;
    }

    [Test]
    public void Planes_become_channels_last()
    {
        var data = (MemoryImages)Datasets.Open("cifar10:" + folder.Path);
        (ImageDataset train, ImageDataset test) = (data.TrainImages, data.TestImages);
        Assert.That((train.Count, test.Count, train.Height, train.Width, train.Channels), Is.EqualTo((3, 1, 32, 32, 3)));
        Assert.That(train.ClassNames, Is.EqualTo(Names));
        Assert.That(string.Join(' ', train.Labels.ToArray()), Is.EqualTo("3 0 9"));
        Assert.That(string.Join(' ', test.Labels.ToArray()), Is.EqualTo("7"));
        for (int n = 0; n < 3; n++)
            for (int y = 0; y < 32; y++)
                for (int x = 0; x < 32; x++)
                    for (int c = 0; c < 3; c++)
                        if (train.Image(n)[(y * 32 + x) * 3 + c] != Pixel(n, c, y, x))
                            Assert.Fail($"image {n}, row {y}, column {x}, channel {c}");
    }

    [Test]
    public void Training_files_are_read_in_the_order_of_their_numbers()
    {
        folder.Write("data_batch_10.bin", Records(1));
        folder.Write("data_batch_2.bin", Records(2, 2));
        Assert.That(string.Join(' ', new Cifar10Source(folder.Path).Load().TrainImages.Labels.ToArray()), Is.EqualTo("3 0 9 2 2 1"));
    }

    [Test]
    public void A_label_beyond_nine_is_named_with_its_offset()
    {
        string path = folder.Write("data_batch_2.bin", Records(1, 10));
        Assert.That(Load, Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"{path}: byte 3073: expected a label 0..9, found 10 (record 1)"));
    }

    [Test]
    public void A_truncated_file_is_named_with_the_offset_of_its_last_record()
    {
        string path = folder.Write("test_batch.bin", Records(1, 2)[..4000]);
        Assert.That(Load, Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"{path}: byte 3073: expected a record of 3073 bytes (1 label, 3072 pixels), found 927 bytes by the end of the file"));
    }

    [Test]
    public void An_empty_file_is_named()
    {
        string path = folder.Write("data_batch_1.bin", []);
        Assert.That(Load, Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"{path}: byte 0: expected records of 3073 bytes, found an empty file"));
    }

    [Test]
    public void Too_few_class_names_are_counted()
    {
        string path = folder.Write("batches.meta.txt", "cat\ndog\n"u8.ToArray());
        Assert.That(Load, Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"{path}: byte 8: expected 10 class names, one a line, found 2 by the end of the file"));
    }

    [TestCase("test_batch.bin", "the test records")]
    [TestCase("batches.meta.txt", "the ten class names")]
    public void A_missing_file_is_named(string name, string content)
    {
        File.Delete(folder.File(name));
        Assert.That(Load, Throws.TypeOf<FileNotFoundException>().With.Message.EqualTo(
            $"{folder.File(name)}: expected a file with {content}, found no such file"));
    }

    [Test]
    public void A_folder_without_training_files_is_named()
    {
        File.Delete(folder.File("data_batch_1.bin"));
        Assert.That(Load, Throws.TypeOf<FileNotFoundException>().With.Message.EqualTo(
            $"{folder.Path}: expected at least one data_batch_*.bin, found none"));
    }

    [Test]
    public void A_missing_folder_is_named()
    {
        string path = folder.File("nowhere");
        Assert.That(() => Datasets.Open("cifar10:" + path), Throws.TypeOf<DirectoryNotFoundException>().With.Message.EqualTo(
            $"{path}: expected a folder with the CIFAR-10 binary files, found no such folder"));
    }

    private void Load() => new Cifar10Source(folder.Path).Load();
}
