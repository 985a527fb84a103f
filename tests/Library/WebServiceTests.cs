using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using GpuNet.Tests.Data;
using GpuNet.Tests.Network;
using NUnit.Framework;

namespace GpuNet.Tests.Library;

/// <summary>The sample's web service, run as a process of its own and asked over loopback.</summary>
[TestFixture]
internal sealed partial class WebServiceTests
{
    [Test]
    public async Task The_sample_classifies_what_it_is_sent()
    {
        string program = Path.Combine(ReadmeTests.Root(), "artifacts", "bin", "WebService", "release", "WebService.dll");
        if (!File.Exists(program))
            Assert.Ignore($"{program} is not built; the sample is built with the solution, for Release");
        using var folder = new TempFolder();
        using Model model = Models.MobileNetV2(new[] { "cat", "dog", "bird" }, width: 0.1, size: 32).On(TestDevices.Get("cpu"));
        model.Save(folder.File("model"));
        var picture = new Image(50, 40);
        new Random(1).NextBytes(picture.Pixels);
        picture.Save(folder.File("picture.png"));
        using var service = Process.Start(new ProcessStartInfo("dotnet", [program, folder.File("model"), "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            Uri address = await AddressOf(service);
            using var client = new HttpClient { BaseAddress = address };
            byte[] content = await File.ReadAllBytesAsync(folder.File("picture.png"));
            IReadOnlyList<Prediction> expected = model.Predict(picture, top: 3);
            string[] answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
            {
                using var body = new ByteArrayContent(content);
                using HttpResponseMessage response = await client.PostAsync(new Uri("/classify", UriKind.Relative), body);
                return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
            }));
            foreach (string answer in answers)
            {
                using JsonDocument json = JsonDocument.Parse(answer);
                JsonElement[] predictions = [.. json.RootElement.EnumerateArray()];
                Assert.That(predictions.Select(p => p.GetProperty("class").GetString()), Is.EqualTo(expected.Select(p => p.Class)));
                Assert.That(predictions[0].GetProperty("probability").GetDouble(), Is.EqualTo(expected[0].Probability).Within(1e-6));
            }
        }
        finally
        {
            service.Kill(entireProcessTree: true);
            await service.WaitForExitAsync();
        }
    }

    private static async Task<Uri> AddressOf(Process service)
    {
        var seen = new List<string>();
        while (await service.StandardOutput.ReadLineAsync() is { } line)
        {
            seen.Add(line);
            if (Listening().Match(line) is { Success: true } match)
            {
                _ = service.StandardOutput.ReadToEndAsync();
                Assert.That(seen, Has.Some.Contains("of 3 classes is ready on"), "the model is opened before the service listens");
                return new Uri(match.Groups[1].Value);
            }
        }
        throw new AssertionException($"the service ended: {string.Join(" | ", seen)}");
    }

    [GeneratedRegex("Now listening on: (http://[^ ]+)")]
    private static partial Regex Listening();
}
