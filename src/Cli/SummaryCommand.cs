using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Spectre.Console;

namespace GpuNet.Cli;

/// <summary><c>gpunet summary</c>: a network layer by layer, for one image, without a device.</summary>
internal static class SummaryCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> name = ModelOptions.NameArgument();
        var input = new Option<ImageExtents?>("--input")
        {
            Description = "Image extents; by default those the network was designed for",
            HelpName = "HxWxC",
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = ParseExtents,
        };
        Option<int?> classes = OptionKinds.Whole("--classes", "Classes (default: 1000)", 2);
        Option<bool> json = OptionKinds.Flag("--json", "Print one JSON object");
        var command = new Command("summary", "Show a network's layers, parameters and work") { name, input, classes, json };
        var options = new ModelOptions(command, training: false);
        command.SetAction(parse =>
        {
            ModelEntry entry = ModelCatalog.Find(parse.GetRequiredValue(name));
            ImageExtents extents = parse.GetValue(input) ?? new ImageExtents(entry.ImageSize, entry.ImageSize, 3);
            ModelSpec spec = options.Apply(parse, new ModelSpec(entry.Name)
            {
                ImageHeight = extents.Height,
                ImageWidth = extents.Width,
                ImageChannels = extents.Channels,
                Classes = parse.GetValue(classes) ?? 1000,
            });
            Graph graph = spec.Build(1);
            if (parse.GetValue(json))
                terminal.Json(Describe(spec, graph));
            else
                Print(terminal, spec, graph);
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Reads 224, 224x160 or 224x160x3.</summary>
    private static ImageExtents? ParseExtents(ArgumentResult result)
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        int[] extents = [.. text.Split('x')
            .Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int e) ? e : 0)];
        if (extents.Length <= 3 && Array.TrueForAll(extents, e => e > 0))
            return new ImageExtents(extents[0], extents.Length > 1 ? extents[1] : extents[0], extents.Length > 2 ? extents[2] : 3);
        result.AddError($"--input: expected extents such as 224, 224x160 or 224x160x3, got '{text}'");
        return null;
    }

    private static object Describe(ModelSpec spec, Graph graph) => new
    {
        Model = spec.Name,
        spec.Width,
        Input = new[] { spec.ImageHeight, spec.ImageWidth, spec.ImageChannels },
        spec.Classes,
        Parameters = graph.ParameterCount,
        graph.Macs,
        Layers = graph.Nodes.Select(n => new
        {
            n.Name,
            Operator = n.Operator.GetType().Name,
            Output = new[] { n.Output.Shape.N, n.Output.Shape.H, n.Output.Shape.W, n.Output.Shape.C },
            Parameters = Parameters(n),
            n.Operator.Macs,
            n.Operator.Bytes,
        }),
    };

    private static void Print(Terminal terminal, ModelSpec spec, Graph graph)
    {
        Table table = Terminal.NewTable(
            ("layer", false), ("operator", false), ("output", true), ("parameters", true), ("MACs", true), ("bytes", true));
        foreach (Node node in graph.Nodes)
        {
            Shape output = node.Output.Shape;
            table.AddRow(
                Markup.Escape(node.Name), node.Operator.GetType().Name, $"{output.H}x{output.W}x{output.C}",
                Count(Parameters(node)), Count(node.Operator.Macs), Count(node.Operator.Bytes));
        }
        terminal.Write(table);
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"{spec.Name}, width {spec.Width}, input {spec.ImageHeight}x{spec.ImageWidth}x{spec.ImageChannels}, {spec.Classes} classes"));
        long activations = graph.Nodes.Sum(n => n.Output.Shape.Bytes);
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"{graph.ParameterCount:N0} parameters, {graph.Macs / 1e6:N2} M MACs, {activations / 1048576.0:N1} MiB of layer outputs for "
                + $"one image"));
    }

    private static long Parameters(Node node) => node.Operator.Parameters.Where(p => p.IsTrained).Sum(p => p.Shape.Elements);

    private static string Count(long value) => value == 0 ? "" : value.ToString("N0", CultureInfo.InvariantCulture);

    private sealed record ImageExtents(int Height, int Width, int Channels);
}
