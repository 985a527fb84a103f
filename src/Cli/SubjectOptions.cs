using System.CommandLine;

namespace GpuNet.Cli;

/// <summary>The network with random parameters, and the images, that <c>bench</c> and <c>tune</c> measure.</summary>
internal sealed class SubjectOptions
{
    // Beyond these a typing error is likelier than a machine that holds it.
    private const int MaxBatch = 65536;
    private const int MaxSize = 8192;
    private const long MaxPixels = 1L << 28;

    private readonly Argument<string> name = ModelOptions.NameArgument();

    private readonly Option<int?> batch = OptionKinds.Whole("--batch", "Images of a run (default: 1)", 1, MaxBatch);

    private readonly Option<int?> size =
        OptionKinds.Whole("--size", "Rows and columns of an image; by default those the network was designed for", 1, MaxSize);

    private readonly Option<int?> classes = OptionKinds.Whole("--classes", "Classes (default: 1000)", 2);

    private readonly Option<bool> train;

    private readonly ModelOptions model;

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="train">What <c>--train</c> does.</param>
    public SubjectOptions(Command command, string train)
    {
        this.train = OptionKinds.Flag("--train", train);
        command.Arguments.Add(name);
        command.Options.Add(batch);
        command.Options.Add(size);
        command.Options.Add(classes);
        command.Options.Add(this.train);
        model = new ModelOptions(command, training: false);
    }

    /// <summary>What was asked for.</summary>
    /// <exception cref="UsageException">There is no such run.</exception>
    public Subject Read(ParseResult parse)
    {
        ModelEntry entry = ModelCatalog.Find(parse.GetRequiredValue(name));
        int extent = parse.GetValue(size) ?? entry.ImageSize;
        ModelSpec spec = model.Apply(parse, new ModelSpec(entry.Name)
        {
            ImageHeight = extent,
            ImageWidth = extent,
            Classes = parse.GetValue(classes) ?? 1000,
        });
        var subject = new Subject(spec, parse.GetValue(batch) ?? 1, parse.GetValue(train));
        long pixels = (long)subject.Batch * extent * extent;
        if (pixels > MaxPixels)
        {
            throw new UsageException(
                $"--batch {subject.Batch} of --size {extent}: expected at most {MaxPixels} pixels in all, got {pixels}.");
        }
        if (subject.Train)
            RequireTrainable(spec, subject.Batch);
        return subject;
    }

    // Before anything is measured in vain.
    private static void RequireTrainable(ModelSpec spec, int batch)
    {
        try
        {
            foreach (Node node in spec.BuildWithLoss(batch).Nodes)
                node.Operator.ValidateTraining();
        }
        catch (GpuNetException e)
        {
            throw new UsageException($"--train with --batch {batch} of --size {spec.ImageHeight}: {e.Message}");
        }
    }

    /// <summary>A network, the images of a run, and whether training is measured too.</summary>
    internal sealed record Subject(ModelSpec Model, int Batch, bool Train);
}
