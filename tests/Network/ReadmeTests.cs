using System.Text.RegularExpressions;
using NUnit.Framework;

namespace GpuNet.Tests.Network;

/// <summary>The program on README's first screen, and where README and the other pages lead.</summary>
[TestFixture]
internal sealed partial class ReadmeTests
{
    [Test]
    public void The_first_program_runs()
    {
        var net = new NetworkBuilder(new Shape(N: 8, H: 32, W: 32, C: 3));
        Value x = net.ConvNorm("stem", net.Input, 16, new Window(3, stride: 2), ActivationKind.Silu);
        x = net.InvertedResidual("block", x,
            new InvertedResidual(Expansion: 4, Channels: 16, Kernel: 3, Stride: 1, ActivationKind.Silu) { SqueezeRatio = 0.25f });
        x = net.AttentionFusion("fusion", x, net.DepthwiseConv("branch", x, new Window(5)), channels: 32, heads: 4);
        net.CrossEntropyLoss(net.Linear("classifier", net.GlobalAveragePool("pool", x), 10, Initializer.Normal(0.01f)));

        using Device device = Device.Open("auto");
        using var parameters = new ParameterStore(net.Graph, device, withGradients: true);
        parameters.Initialize(seed: 1);
        using var plan = new Plan(net.Graph, parameters, PlanMode.Training);
        plan.Input("input").Upload(new float[8 * 32 * 32 * 3]);
        plan.Input("labels").Upload([0, 1, 2, 3, 4, 5, 6, 7]);
        plan.Forward();
        plan.Backward();
        Assert.That(plan.Output("loss").ToArray()[0], Is.EqualTo(MathF.Log(10)).Within(1e-3), "equal scores for ten classes");
        Assert.That(parameters.Gradient("classifier.bias").ToArray().Sum(MathF.Abs), Is.GreaterThan(0.1));
    }

    [Test]
    public void Pages_name_files_that_exist()
    {
        string root = Root();
        string[] pages = [Path.Combine(root, "README.md"), .. Directory.GetFiles(Path.Combine(root, "docs"), "*.md")];
        int seen = 0;
        foreach (string page in pages)
        {
            string text = File.ReadAllText(page);
            foreach (Match match in Link().Matches(text))
            {
                seen++;
                string target = Path.Combine(Path.GetDirectoryName(page)!, match.Groups[1].Value);
                Assert.That(Path.Exists(target), $"{Path.GetFileName(page)}: {match.Value}");
            }
            // From the top, or from the rooms of the kernels.
            IEnumerable<string> paths = SourcePath().Matches(text).Select(m => m.Groups[1].Value);
            foreach (string named in paths.Where(n => !n.Contains("Name", StringComparison.Ordinal)))
            {
                seen++;
                Assert.That(Path.Exists(Path.Combine(root, named)) || Path.Exists(Path.Combine(root, "src", "Kernels", named)),
                    $"{Path.GetFileName(page)}: {named}");
            }
        }
        Assert.That(seen, Is.GreaterThan(30));
    }

    /// <summary>The repository's folder; a test that needs it is ignored where it is not there.</summary>
    internal static string Root()
    {
        DirectoryInfo? root = new(TestContext.CurrentContext.TestDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "GpuNet.sln")))
            root = root.Parent;
        if (root is null)
            Assert.Ignore("the tests run apart from the sources");
        return root.FullName;
    }

    [GeneratedRegex(@"\]\((?!https?:)([^)#]+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`((?:[\w.-]+/)+[\w.-]+\.(?:cs|sh|md))`")]
    private static partial Regex SourcePath();
}
