using NUnit.Framework;

namespace GpuNet.Tests.Data;

public sealed class ImageFolderTests
{
    private TempFolder folder = null!;

    [SetUp]
    public void Open() => folder = new TempFolder();

    [TearDown]
    public void Close() => folder.Dispose();

    /// <summary>A picture of one colour, by which it is known again.</summary>
    private void Paint(string name, int shade, int side = 6)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
        var image = new Image(side, side);
        Array.Fill(image.Pixels, (byte)shade);
        image.Save(folder.File(name));
    }

    private void Write(string name, string content = "no picture")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
        File.WriteAllText(folder.File(name), content);
    }

    private ImageFolder Folder(BrokenImages broken = BrokenImages.Skip, int seed = 0, float test = 0.1f) =>
        ImageFolder.Open(folder.Path, new ImageFolderOptions
        {
            Size = 4,
            Normalization = new Normalization([0f, 0f, 0f], [1f, 1f, 1f]),
            Broken = broken,
            Seed = seed,
            Test = test,
        });

    /// <summary>(Shade, label) of each sample.</summary>
    private static (int Shade, int Label)[] Contents(SampleSet set, SampleDraw draw = default)
    {
        var sample = new Sample(set.Fields);
        return [.. Enumerable.Range(0, set.Count).Select(i =>
        {
            set.Read(i, draw, sample);
            return ((int)MathF.Round(sample.Floats("input")[0] * 255), sample.Integers("labels")[0]);
        })];
    }

    [Test]
    public void Parts_classes_and_nested_folders_are_found([Values("test", "val")] string part)
    {
        Paint("train/öl & wasser/Ж 1.PNG", 10);
        Paint("train/öl & wasser/sub/deep/a.jpeg", 20);
        Paint("train/Zebra/x.ppm", 30);
        Paint("train/apple/1.png", 40);
        Paint("train/apple/.hidden.png", 50);
        Paint("train/.cache/1.png", 60);
        Write("train/apple/notes.txt");
        Paint($"{part}/apple/t.png", 70);
        ImageFolder data = Folder();
        // Ordinal: capitals before small letters, and ö behind them all.
        Assert.That(string.Join('|', data.Classes), Is.EqualTo("Zebra|apple|öl & wasser"));
        Assert.That(Contents(data.Train), Is.EqualTo(new[] { (30, 0), (40, 1), (20, 2), (10, 2) }));
        Assert.That(Contents(data.Test), Is.EqualTo(new[] { (70, 1) }));
        Assert.That(data.Train.Describe(1), Is.EqualTo($"image 1 ({folder.File("train/apple/1.png")})"));
        Assert.That((data.Height, data.Width, data.Channels, data.Preprocessing.Resize), Is.EqualTo((4, 4, 3, 5)));
        Assert.That(data.Augmentation, Is.EqualTo(Augmentation.RandomResizedCrop));
        Assert.That(data.Train.Name, Is.EqualTo(Path.GetFileName(folder.Path) + " train"));
    }

    [Test]
    public void A_share_of_each_class_is_kept_apart()
    {
        for (int i = 0; i < 30; i++)
            Paint($"many/{i:D2}.ppm", i);
        for (int i = 0; i < 2; i++)
            Paint($"two/{i}.ppm", 100 + i);
        Paint("one/0.ppm", 200);
        ImageFolder data = Folder(test: 0.2f);
        (int Shade, int Label)[] train = Contents(data.Train), test = Contents(data.Test);
        Assert.That(string.Join('|', data.Classes), Is.EqualTo("many|one|two"));
        Assert.That(test.GroupBy(s => s.Label).Select(g => (g.Key, g.Count())), Is.EqualTo(new[] { (0, 6), (2, 1) }));
        Assert.That(train, Has.Length.EqualTo(26).And.Ordered.By("Item2"));
        Assert.That(train.Concat(test), Is.Unique.And.Exactly(33).Items);
        Assert.That(Contents(Folder(test: 0.2f).Test), Is.EqualTo(test), "the same seed");
        Assert.That(Contents(Folder(test: 0.2f, seed: 1).Test), Is.Not.EqualTo(test), "another seed");
        Assert.That(Contents(ImageFolder.Open(folder.Path, size: 4).Test), Has.Length.EqualTo(4), "a tenth");
    }

    [Test]
    public void A_class_may_be_called_train()
    {
        Paint("train/a.png", 1);
        Paint("train/b.png", 2);
        Paint("car/a.png", 3);
        Assert.That(string.Join('|', Folder().Classes), Is.EqualTo("car|train"));
        Paint("lorry/a.png", 3);
        Directory.CreateDirectory(folder.File("train/steam"));
        File.Move(folder.File("train/a.png"), folder.File("train/steam/a.png"));
        File.Move(folder.File("train/b.png"), folder.File("train/steam/b.png"));
        Assert.That(string.Join('|', Folder().Classes), Is.EqualTo("car|lorry|train"), "beside classes, though it holds folders");
    }

    [Test]
    public void A_broken_picture_is_named_once_and_replaced()
    {
        Paint("train/a/1.png", 1);
        Write("train/a/2.png");
        Write("train/a/3.jpg");
        Paint("train/a/4.png", 4);
        Write("train/b/1.png");
        Paint("train/b/2.png", 22);
        Paint("test/a/1.png", 5);
        ImageFolder data = Folder();
        var told = new List<BrokenImage>();
        data.BrokenFound += told.Add;
        Assert.That(data.Broken, Is.Empty, "opening reads no picture");
        (int, int)[] expected = [(1, 0), (4, 0), (4, 0), (4, 0), (22, 1), (22, 1)];
        Assert.That(Contents(data.Train), Is.EqualTo(expected));
        Assert.That(Contents(data.Train), Is.EqualTo(expected));
        Assert.That(string.Join(' ', told.Select(b => Path.GetRelativePath(folder.Path, b.File))),
            Is.EqualTo("train/a/2.png train/a/3.jpg train/b/1.png"));
        Assert.That(told[0].Reason, Is.EqualTo(
            $"{folder.File("train/a/2.png")}: expected a JPEG, PNG, WebP, BMP, GIF or binary PPM picture, found something else"));
        Assert.That(data.Broken, Is.EqualTo(told));
        // The last of a class is replaced by its first, and a file that is gone is one more broken picture.
        File.Delete(folder.File("train/a/4.png"));
        Assert.That(Contents(data.Train)[3], Is.EqualTo((1, 0)));
        Assert.That(data.Broken, Has.Count.EqualTo(4));
    }

    [Test]
    public void Broken_pictures_are_errors_when_asked_for_or_when_there_are_no_others()
    {
        Paint("a/1.png", 1);
        Paint("a/2.png", 2);
        Write("b/1.png");
        Write("b/2.png");
        Assert.That(() => Contents(Folder(BrokenImages.Fail).Train), Throws.TypeOf<InvalidDataException>().With.Message.StartsWith(
            $"{folder.Path}/b/"));
        Assert.That(() => Contents(Folder().Train), Throws.TypeOf<InvalidDataException>().With.Message.Contains(
            " train: class 'b': expected at least one readable picture, found 1 broken ones, the first: " + folder.Path));
    }

    [Test]
    public void Batches_do_not_depend_on_threads_nor_on_what_came_before()
    {
        for (int i = 0; i < 40; i++)
            Paint($"{(i % 2 == 0 ? "even" : "odd")}/{i:D2}.png", i, side: 5 + i % 7);
        Write("even/03.png");
        Write("odd/99.png");
        var options = BatchLoaderOptions.ForTraining(4, 7, Augmentation.RandomResizedCrop with
        {
            ColorJitter = new ColorJitter(0.4f, 0.4f, 0.4f, 0.1f),
            Mixup = 0.2f,
        });
        string[] one = Batches(options with { Workers = 1, Ahead = 1 }, 0);
        Assert.That(Batches(options with { Workers = 5, Ahead = 3 }, 0), Is.EqualTo(one));
        Assert.That(Batches(options with { Workers = 3 }, 4), Is.EqualTo(one[4..]));
        Assert.That(one, Is.Unique);

        string[] Batches(BatchLoaderOptions with, int first)
        {
            using var loader = new BatchLoader(Folder().Train, with);
            return [.. loader.Epoch(2, first).Select(b =>
                string.Join(' ', b.Samples) + string.Join(' ', b.Integers("labels2")) + string.Join(' ', b.Floats("input")))];
        }
    }

    [Test]
    public void Another_recipe_prepares_the_same_pictures()
    {
        Paint("a/1.png", 51);
        Paint("a/2.png", 51);
        Paint("b/1.png", 51);
        ImageData other = Folder().With(new ImagePreprocessing(8, 6, new Normalization([0.1f], [0.5f])));
        Assert.That(other.Train.Fields[0].Shape, Is.EqualTo(new Shape(1, 8, 6, 1)));
        var sample = new Sample(other.Train.Fields);
        other.Train.Read(0, SampleDraw.Evaluation, sample);
        Assert.That(sample.Floats("input").ToArray(), Is.All.EqualTo(0.2f).Within(1e-6));
    }

    [Test]
    public void What_is_missing_is_named()
    {
        Assert.That(() => ImageFolder.Open(folder.File("nowhere")), Throws.TypeOf<DirectoryNotFoundException>().With.Message.EqualTo(
            $"{folder.File("nowhere")}: expected a folder with a folder of pictures a class, found no such folder"));
        Refused($"{folder.Path}: expected a folder of pictures a class, found no folder");
        Paint("1.png", 1);
        Refused($"{folder.Path}: expected a folder of pictures a class, found no folder, but 1 pictures beside each other");
        Paint("a/1.png", 1);
        Refused($"{folder.Path}: expected two classes or more, found one, 'a'");
        Write("b/readme.md");
        Refused($"{folder.File("b")}: expected pictures of class 'b' (.jpg .jpeg .png .webp .bmp .gif .ppm), found none");
        Paint("b/1.png", 1);
        Refused($"{folder.Path}: expected two pictures of at least one class, one of them to measure on, found one each");
        Assert.That(() => ImageFolder.Open(folder.Path, test: 1f), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Parts_that_do_not_agree_are_named()
    {
        Paint("train/a/1.png", 1);
        Paint("train/b/1.png", 1);
        Directory.CreateDirectory(folder.File("test/a"));
        Refused($"{folder.File("test")}: expected pictures in the folders of the classes, found none");
        Paint("test/c/1.png", 1);
        Refused($"{folder.File("test/c")}: expected one of the 2 classes of train, found 'c'");
    }

    [Test]
    public void A_link_that_leads_back_is_named()
    {
        Paint("a/1.png", 1);
        Paint("b/1.png", 1);
        Directory.CreateSymbolicLink(folder.File("b/again"), folder.File("b"));
        Assert.That(() => Folder(), Throws.InstanceOf<IOException>().Or.TypeOf<InvalidDataException>());
    }

    [Test]
    public void A_large_folder_is_listed_without_reading()
    {
        for (int c = 0; c < 3; c++)
            for (int i = 0; i < 1000; i++)
                Write($"class {c}/{i}.jpg", "");
        ImageFolder data = Folder();
        Assert.That((data.Train.Count, data.Test.Count, data.Broken.Count), Is.EqualTo((2700, 300, 0)));
    }

    private void Refused(string message) =>
        Assert.That(() => Folder(), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(message));
}
