using GpuNet.Tests.Data;
using NUnit.Framework;

namespace GpuNet.Tests.Cli;

/// <summary>A run of two epochs of three steps on a few shapes, made once for the tests that need a checkpoint.</summary>
internal static class TrainedFolder
{
    public const string Data = "shapes:train=26,test=12";

    private static readonly Lazy<(TempFolder Folder, CommandRun Run)> Trained = new(() =>
    {
        var folder = new TempFolder();
        return (folder, CommandRun.Of(Arguments(folder.File("run"))));
    });

    /// <summary>The run's folder; only to be read.</summary>
    public static string Path => Trained.Value.Folder.File("run");

    /// <summary>What the command that trained it wrote.</summary>
    public static CommandRun Run => Trained.Value.Run;

    /// <summary>The command line of the run, in another folder.</summary>
    public static string[] Arguments(string folder) =>
    [
        "train", "--width", "0.1", "--data", Data, "--epochs", "2", "--batch", "8", "--device", "cpu", "--threads", "2", "--lr", "0.02",
        "--out", folder,
    ];

    /// <summary>A copy that a test may change.</summary>
    public static void CopyTo(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(Path))
            File.Copy(file, System.IO.Path.Combine(folder, System.IO.Path.GetFileName(file)));
    }

    /// <summary>Whether two runs ended with the same bits, optimiser included. Beside the tensors the files hold times.</summary>
    public static void RequireSameTensors(string folder)
    {
        foreach (string name in new[] { "model.safetensors", "training.safetensors" })
        {
            using SafetensorsFile expected = SafetensorsFile.Read(System.IO.Path.Combine(Path, name)),
                actual = SafetensorsFile.Read(System.IO.Path.Combine(folder, name));
            Assert.That(actual.Tensors.Select(t => t.Name), Is.EqualTo(expected.Tensors.Select(t => t.Name)), name);
            foreach (string tensor in expected.Tensors.Select(t => t.Name))
                Assert.That(actual.ReadFloats(tensor), Is.EqualTo(expected.ReadFloats(tensor)), $"{name}: {tensor}");
        }
    }

    public static void Remove()
    {
        if (Trained.IsValueCreated)
            Trained.Value.Folder.Dispose();
    }
}

/// <summary>Removes the run when all tests of the command are done.</summary>
[SetUpFixture]
internal sealed class TrainedFolderCleanUp
{
    [OneTimeTearDown]
    public void Remove() => TrainedFolder.Remove();
}
