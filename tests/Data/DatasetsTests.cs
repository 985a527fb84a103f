using NUnit.Framework;

namespace GpuNet.Tests.Data;

public sealed class DatasetsTests
{
    [Test]
    public void Sources_are_values()
    {
        Assert.That(Datasets.Parse("shapes"), Is.EqualTo(new ShapesSource(10_000, 2_000, 1)));
        Assert.That(Datasets.Parse("shapes:"), Is.EqualTo(new ShapesSource()));
        Assert.That(Datasets.Parse("shapes:train=6000, test=1000,seed=18446744073709551615"),
            Is.EqualTo(new ShapesSource(6000, 1000, ulong.MaxValue)));
        Assert.That(Datasets.Parse("shapes:seed=7"), Is.EqualTo(new ShapesSource(Seed: 7)));
        Assert.That(Datasets.Parse(@"cifar10:C:\data"), Is.EqualTo(new Cifar10Source(@"C:\data")));
        Assert.That(Datasets.Parse("folder:my pictures, new"), Is.EqualTo(new FolderSource("my pictures, new")));
        Assert.That(Datasets.Parse("folder:a,b,size=96, test=0.25,seed=7"), Is.EqualTo(new FolderSource("a,b", 96, 0.25f, 7)));
    }

    [TestCase("mnist", "unknown data set 'mnist': expected folder:FOLDER[,size=N,test=SHARE,seed=N], "
        + "cifar10:FOLDER or shapes[:train=N,test=N,seed=N]")]
    [TestCase("", "unknown data set '': expected folder:FOLDER")]
    [TestCase("cifar10", "data set 'cifar10': expected a folder, as in cifar10:FOLDER")]
    [TestCase("cifar10: ", "data set 'cifar10': expected a folder, as in cifar10:FOLDER")]
    [TestCase("shapes:trian=5", "data set 'shapes': unknown option 'trian', expected train, test or seed")]
    [TestCase("shapes:train=5,", "data set 'shapes': unknown option '', expected train, test or seed")]
    [TestCase("shapes:train=5,train=6", "data set 'shapes': option 'train' is given twice")]
    [TestCase("shapes:train", "data set 'shapes': option 'train' expects a whole number 1..699050, found ''")]
    [TestCase("shapes:test=0", "data set 'shapes': option 'test' expects a whole number 1..699050, found '0'")]
    [TestCase("shapes:test=1e4", "data set 'shapes': option 'test' expects a whole number 1..699050, found '1e4'")]
    [TestCase("shapes:seed=-1", "data set 'shapes': option 'seed' expects a whole number 0..18446744073709551615, found '-1'")]
    [TestCase("folder:", "data set 'folder': expected a folder, as in folder:FOLDER")]
    [TestCase("folder:a,sise=3", "data set 'folder': unknown option 'sise', expected size, test or seed")]
    [TestCase("folder:a,size=0", "data set 'folder': option 'size' expects a whole number 1..65536, found '0'")]
    [TestCase("folder:a,test=1", "data set 'folder': option 'test' expects a share above 0 and below 1, found '1'")]
    public void Wrong_text_is_answered_with_what_was_expected(string text, string message) =>
        Assert.That(() => Datasets.Parse(text), Throws.ArgumentException.With.Message.StartsWith(message));

    [TestCase("shapes:seed=7")]
    [TestCase("cifar10:somewhere")]
    [TestCase("folder:some where,size=99,test=0.125,seed=3")]
    public void A_source_tells_its_text(string text)
    {
        string full = Datasets.Parse(text).Text;
        Assert.That(Datasets.Parse(full).Text, Is.EqualTo(full));
        Assert.That(full, Does.StartWith("shapes:train=10000,test=2000,seed=7").Or.Contains(Path.GetFullPath(text.Split(':', ',')[1])));
    }

    [Test]
    public void A_set_refuses_sizes_that_do_not_agree()
    {
        Assert.That(() => new ImageDataset("tiny", ["a"], 2, 2, 3, new byte[11], [0]),
            Throws.ArgumentException.With.Message.StartsWith("tiny: expected 12 pixel bytes for 1 images of 2x2x3, found 11"));
        Assert.That(() => new ImageDataset("tiny", ["a"], 1, 1, 1, new byte[2], [0, 1]),
            Throws.ArgumentException.With.Message.StartsWith("tiny: image 1 has label 1, expected 0..0"));
        Assert.That(() => new ImageDataset("tiny", ["a"], 1, 1, 1, [], []),
            Throws.ArgumentException.With.Message.StartsWith("tiny: expected at least one image, found none"));
    }

    [Test]
    public void Part_of_a_set_is_its_beginning()
    {
        var set = new ImageDataset("tiny", ["a", "b"], 1, 2, 1, [1, 2, 3, 4, 5, 6], [0, 1, 0]);
        ImageDataset part = set.Take(2);
        Assert.That(part.Pixels.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3, 4 }));
        Assert.That(string.Join(' ', part.Labels.ToArray()), Is.EqualTo("0 1"));
        Assert.That(set.Take(9), Is.SameAs(set));
        Assert.That(set.Image(2).ToArray(), Is.EqualTo(new byte[] { 5, 6 }));
        Assert.That(() => set.Image(3).Length, Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
