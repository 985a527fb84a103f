using System.Text.Json;
using NUnit.Framework;

namespace GpuNet.Tests.Data;

public sealed class ImagePreprocessingTests
{
    private static IEnumerable<JsonElement> Cases => GoldenImages.Cases("recipes");

    [TestCaseSource(nameof(Cases))]
    public void The_middle_is_torchvisions(JsonElement entry)
    {
        int size = Number("size");
        var recipe = new ImagePreprocessing(size, size, Normalization.ImageNet)
        {
            Resize = Number("resize"),
            Filter = Enum.Parse<ResizeFilter>(entry.GetProperty("filter").GetString()!),
        };
        Image fitted = recipe.Fit(GoldenImages.Picture(Number("height"), Number("width")));
        Assert.That(GoldenImages.Crc(fitted.Pixels), Is.EqualTo(entry.GetProperty("crc32").GetUInt32()));

        int Number(string name) => entry.GetProperty(name).GetInt32();
    }

    [TestCase(224, 256)]
    [TestCase(32, 37)]
    [TestCase(256, 293)]
    public void The_default_resize_is_the_size_by_seven_eighths(int size, int resize) =>
        Assert.That(new ImagePreprocessing(size, size, Normalization.ImageNet).Resize, Is.EqualTo(resize));

    [TestCase(5, 1000)]
    [TestCase(1, 30000)]
    [TestCase(700, 3)]
    public void Networks_that_are_not_square_get_the_middle_in_their_proportions(int height, int width)
    {
        var recipe = new ImagePreprocessing(20, 30, Normalization.ImageNet);
        Image fitted = recipe.Fit(new Image(height, width));
        Assert.That((fitted.Height, fitted.Width), Is.EqualTo((20, 30)));
    }

    [Test]
    public void Floats_are_normalised_pixels_and_grey_is_Pillows()
    {
        Image image = GoldenImages.Picture(8, 8);
        float[] output = new float[192], expected = new float[192];
        var recipe = new ImagePreprocessing(8, 8, Normalization.ImageNet) { Resize = 8 };
        recipe.Apply(image, output);
        Normalization.ImageNet.Apply(image.Pixels, expected);
        Assert.That(output, Is.EqualTo(expected));

        float[] grey = new float[64];
        (recipe with { Normalization = new Normalization([0f], [1f]) }).Apply(image, grey);
        // (0, 85, 170): 0.299 r + 0.587 g + 0.114 b = 69.275.
        Assert.That(grey[0], Is.EqualTo(69 / 255f).Within(1e-7));
        Assert.That(() => recipe.Apply(image, grey), Throws.ArgumentException.With.Message.Contains("found 192 and 64"));
    }

    [Test]
    public void A_picture_is_not_changed_by_preparing_it()
    {
        Image image = GoldenImages.Picture(8, 8);
        var draw = new SampleDraw(1, 0, true, Augmentation.None with { ColorJitter = new ColorJitter(0.9f, 0.9f, 0.9f, 0.5f) });
        float[] plain = new float[192], changed = new float[192];
        var recipe = new ImagePreprocessing(8, 8, Normalization.ImageNet) { Resize = 8 };
        recipe.Apply(image, draw, 3, changed);
        recipe.Apply(image, draw with { Training = false }, 3, plain);
        Assert.That(image.Pixels, Is.EqualTo(GoldenImages.Picture(8, 8).Pixels));
        Assert.That(changed, Is.Not.EqualTo(plain));
    }

    [Test]
    public void JSON_keeps_recipes_and_augmentations()
    {
        var recipe = new ImagePreprocessing(224, 192, Normalization.Cifar10) { Resize = 300, Filter = ResizeFilter.Bicubic };
        string text = JsonSerializer.Serialize(recipe);
        Assert.That(text, Does.Contain("\"Filter\":\"Bicubic\""));
        Assert.That(JsonSerializer.Deserialize<ImagePreprocessing>(text), Is.EqualTo(recipe));
        Augmentation change = Augmentation.RandomResizedCrop with
        {
            CropPadding = 3,
            Fill = CropFill.Mean,
            Mixup = 0.2f,
            ColorJitter = new ColorJitter(0.1f, 0.2f, 0.3f, 0.4f),
            ResizedCrop = new ResizedCrop(0.3f),
        };
        Assert.That(JsonSerializer.Deserialize<Augmentation>(JsonSerializer.Serialize(change)), Is.EqualTo(change));
    }

    [Test]
    public void Recipes_that_cannot_be_are_refused()
    {
        Assert.That(() => new ImagePreprocessing(0, 8, Normalization.ImageNet), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => (new ImagePreprocessing(8, 8, Normalization.ImageNet) { Resize = 7 }).Fit(new Image(9, 9)),
            Throws.InvalidOperationException.With.Message.EqualTo("expected a resize to 8 or more before 8x8 are cut out, found 7"));
    }
}
