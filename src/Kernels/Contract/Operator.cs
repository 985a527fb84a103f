using System.Collections.Immutable;

namespace GpuNet.Kernels;

// Contract/ holds what an operator is and what operators are described by: record, candidates, launchers and operands, windows and other
// shape rules, epilogues, activations, storage. Operators/ has a folder for each and nothing else; what kernels of
// several share is in Device/, what host code of several shares in Host/.

/// <summary>
/// One operation of a network with all its extents: the record is the graph node, the tuning key, the test case and the benchmark
/// row. To add one, derive a record in a folder of its own (see docs/adding-an-operator.md).
/// </summary>
public abstract partial record Operator
{
    // The last group of threads may reach past the end of a tensor.
    private const int MaxKernelElements = int.MaxValue - 1024;

    /// <summary>Extents of the inputs.</summary>
    public abstract ImmutableArray<Shape> Inputs { get; }

    /// <summary>Extents of the output.</summary>
    public abstract Shape Output { get; }

    /// <summary>How an input lies in memory.</summary>
    public virtual ElementType InputType(int input) => ElementType.Float32;

    /// <summary>How the output lies in memory.</summary>
    public virtual ElementType OutputType => ElementType.Float32;

    /// <summary>
    /// The operator as it computes on values that lie otherwise in memory; null where it has no kernels for that, as is the rule. An
    /// inference plan asks for it with the precisions that keep values in 16 bits.
    /// </summary>
    /// <param name="storage">How its first input and its output would lie.</param>
    public virtual Operator? Stored(Storage storage) => storage == default ? this : null;

    /// <summary>Extents of the inputs in memory, in floats.</summary>
    public ImmutableArray<Shape> StoredInputs => [.. Inputs.Select((s, i) => InputType(i).Stored(s))];

    /// <summary>Extents of the output in memory, in floats.</summary>
    public Shape StoredOutput => OutputType.Stored(Output);

    /// <summary>Parameters, trained or tracked, in the order in which <see cref="Operands.Parameters"/> has them.</summary>
    public virtual ImmutableArray<ParameterSpec> Parameters => [];

    /// <summary>What forward leaves for backward, besides its inputs and output.</summary>
    public virtual ImmutableArray<Shape> Saved => [];

    /// <summary>Which of its inputs and output backward reads; the rest of their memory is free for others by then.</summary>
    public virtual BackwardReads BackwardReads => BackwardReads.Inputs;

    /// <summary>Whether the operator has no backward, so that only an inference plan may hold it.</summary>
    public virtual bool IsInferenceOnly => false;

    /// <summary>The input whose memory the output takes, because the operator fills a part of it; null as a rule.</summary>
    public virtual int? InPlaceInput => null;

    /// <summary>Whether an inference plan may leave the operator out, because it then passes its only input on.</summary>
    public virtual bool IsIdentityAtInference => false;

    /// <summary>Multiply-accumulates of convolutions and linear layers in one forward pass; 0 for everything else.</summary>
    public virtual long Macs => 0;

    /// <summary>Floating-point operations of one forward pass.</summary>
    public virtual long Flops => Macs > 0 ? 2 * Macs : Output.Elements;

    /// <summary>Bytes one forward pass must move: inputs and parameters read once, the output written once.</summary>
    public virtual long Bytes => StoredInputs.Sum(s => s.Bytes) + Parameters.Sum(p => p.Shape.Bytes) + StoredOutput.Bytes;

    /// <summary>
    /// Bytes one backward pass must move: inputs, what was saved and the output's gradient read, the inputs' gradients written, parameters
    /// read and their gradients added to.
    /// </summary>
    public virtual long BackwardBytes =>
        Output.Bytes + Saved.Sum(s => s.Bytes) + Inputs.Select((s, i) => HasGradient(i) ? 2 * s.Bytes : s.Bytes).Sum()
        + Parameters.Sum(p => p.IsTrained ? 3 * p.Shape.Bytes : p.Shape.Bytes);

    /// <summary>
    /// The ways to run the operator; the first is the plain kernel, one thread an output, and a later one is better where it pays.
    /// </summary>
    public abstract ImmutableArray<Candidate> Candidates { get; }

    /// <summary>Checks the extents against the operator's rules. The graph calls it when a node is added.</summary>
    /// <exception cref="GpuNetException">A rule is broken; the message names operator, rule, expected and actual.</exception>
    public abstract void Validate();

    /// <summary>Whether an input has a gradient. Class labels, for one, have none.</summary>
    public virtual bool HasGradient(int input) => true;

    /// <summary>Checks what only a training step asks for. The plan calls it when it is built for training.</summary>
    /// <exception cref="GpuNetException">A rule is broken; the message names operator, rule, expected and actual.</exception>
    public virtual void ValidateTraining()
    {
    }

    /// <summary>
    /// The candidate for a device: the one that was best when it was measured there, if that is remembered (<see cref="Device.Tuning"/>),
    /// or else the rule's. See also <see cref="DeviceOptions.PlainKernels"/>.
    /// </summary>
    /// <param name="device">Where it runs.</param>
    /// <param name="directions">Which passes follow one another; of an operator without a backward pass only forward.</param>
    internal Candidate Choose(Device device, DirectionSet directions = DirectionSet.Both)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.Options.PlainKernels
            ? Candidates.FirstOrDefault(c => c.RunsOn(device)) ?? ChooseByRule(device)
            : Remembered(device, directions) ?? ChooseByRule(device);
    }

    /// <summary>
    /// The candidate for a device by rule: of those that run there, the last that pays. The plain kernels, the first, always do.
    /// </summary>
    public Candidate ChooseByRule(Device device) => Candidates.LastOrDefault(c => c.RunsOn(device) && c.Pays(device))
        ?? throw new GpuNetException($"{this}: nothing runs it on device {device.Name}.");

    /// <summary>Binds the candidate for a device, see <see cref="Choose"/>.</summary>
    /// <exception cref="GpuNetException">A tensor is too large for the 32-bit indices of kernels.</exception>
    internal Launcher Bind(Device device, DirectionSet directions = DirectionSet.Both) => Bind(device, Choose(device, directions));

    /// <summary>Binds one of the candidates.</summary>
    /// <exception cref="GpuNetException">A tensor is too large for the 32-bit indices of kernels.</exception>
    public Launcher Bind(Device device, Candidate candidate)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(candidate);
        foreach (Shape shape in Inputs.Add(Output))
            Require(device.IsHost || shape.Elements <= MaxKernelElements, "a tensor fits the 32-bit indices of kernels",
                $"at most {MaxKernelElements} elements", shape);
        Launcher launcher = candidate.Bind(device);
        launcher.Candidate = candidate.Name;
        return launcher;
    }

    /// <summary>
    /// The operator in one line: its name, its extents, and what <see cref="Detail"/> adds. Two operators with the same line compute the
    /// same; how parameters are drawn does not matter.
    /// </summary>
    public sealed override string ToString() =>
        $"{GetType().Name} {string.Join("+", Inputs)}->{Output}{(Detail.Length > 0 ? " " : "")}{Detail}";

    /// <summary>What distinguishes the operator besides its extents. It completes the line that is the key of tuned choices.</summary>
    protected virtual string Detail => "";

    /// <summary>A number of <see cref="Detail"/>, which the usual one is left out of.</summary>
    protected static string Unless(float usual, string name, float value) =>
        value == usual ? "" : FormattableString.Invariant($" {name} {value}");

    /// <summary>Throws the operator's error when a rule does not hold.</summary>
    protected void Require(bool holds, string rule, object expected, object actual)
    {
        if (!holds)
            throw new GpuNetException($"{GetType().Name}: {rule}: expected {expected}, got {actual}.");
    }

    /// <summary>Checks what every operator asks of its inputs: extents of at least one.</summary>
    protected void RequirePositiveInputs()
    {
        foreach (Shape input in Inputs)
            Require(input.IsPositive, "every extent of an input is at least 1", "positive extents", input);
    }
}

/// <summary>Which tensors of the forward pass an operator's backward pass reads.</summary>
[Flags]
public enum BackwardReads
{
    /// <summary>Neither inputs nor output.</summary>
    None = 0,

    /// <summary>The inputs.</summary>
    Inputs = 1,

    /// <summary>The output.</summary>
    Output = 2,
}
