using GpuNet.Kernels;
using GpuNet.Tests.Data;
using GpuNet.Tests.Reference;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

[TestFixture, Parallelizable]
public sealed class TunerTests
{
    private static readonly Shape Small = new(1, 2, 3, 5);

    private TempFolder folder = null!;
    private Device device = null!;

    // The rule takes the last, which is the slowest of those that are right.
    private static FakeOperator Mixed => new(
        Small,
        FakeOperator.Of("Plain", 20),
        FakeOperator.Of("Quick", 0),
        FakeOperator.Unbound("Unbound"),
        FakeOperator.Of("Wrong", 0, factor: 2.2f),
        FakeOperator.Of("NaN", 0, factor: float.NaN),
        FakeOperator.Of("WrongBack", 0, gradient: 1),
        FakeOperator.Huge("Huge"),
        FakeOperator.Of("Slow", 50));

    private static IEnumerable<TestCaseData> RealOperators =>
        from type in typeof(IOperatorReference).Assembly.GetTypes()
        where !type.IsInterface && type.IsAssignableTo(typeof(IOperatorReference))
        let cases = (IEnumerable<Operator>)type.GetProperty(nameof(IOperatorReference.Cases))!.GetValue(null)!
        from op in cases.Take(1)
            .Concat(cases.Where(c => c.IsInferenceOnly).Take(1))
            .Concat(cases.Where(c => c.InPlaceInput is not null).Take(1)).Distinct()
        select new TestCaseData(op).SetArgDisplayNames(op.ToString());

    [SetUp]
    public void Open()
    {
        folder = new TempFolder();
        device = Open(true);
    }

    [TearDown]
    public void Close()
    {
        device.Dispose();
        folder.Dispose();
    }

    [Test]
    public void The_quickest_right_candidate_wins_and_is_remembered()
    {
        FakeOperator op = Mixed;
        Assert.That(op.Choose(device).Name, Is.EqualTo("Slow"));
        TunedOperator result = new Tuner(device).Tune(op, DirectionSet.Both);
        Assert.That((result.Rule.Candidate, result.Winner?.Candidate), Is.EqualTo(("Slow", "Quick")));
        Assert.That(result.Ratio, Is.Positive.And.LessThan(0.5));
        Trial Of(string name) => result.Trials.Single(t => t.Candidate == name);
        Assert.That(Of("Unbound").Failure, Does.Contain("there is no such"));
        Assert.That(Of("Wrong").Failure, Does.StartWith("output: element 0 is"));
        Assert.That(Of("NaN").Failure, Does.Contain("NaN"));
        Assert.That(Of("WrongBack").Failure, Does.StartWith("gradient of input 0: element 0 is"));
        Assert.That(Of("Huge").Failure, Is.Not.Empty);
        Assert.That(Of("Plain"), Has.Property(nameof(Trial.IsAbandoned)).True.And.Property(nameof(Trial.Failure)).Empty);
        Assert.That((Of("Quick").IsMeasured, Of("Slow").IsMeasured), Is.EqualTo((true, true)));
        Assert.That(Of("Slow").Backward, Is.GreaterThan(0.01));

        // Here, and wherever the file is read; but not for other passes, or where nobody asks.
        Assert.That(op.Choose(device).Name, Is.EqualTo("Quick"));
        Assert.That(op.Bind(device).Candidate, Is.EqualTo("Quick"));
        Assert.That(op.Choose(device, DirectionSet.Forward).Name, Is.EqualTo("Slow"));
        using Device again = Open(true), without = Open(false);
        Assert.That((op.Choose(again).Name, op.Choose(without).Name), Is.EqualTo(("Quick", "Slow")));
        using Device plain = Open(true, plain: true);
        Assert.That(op.Choose(plain).Name, Is.EqualTo("Plain"));
    }

    [Test]
    public void Records_are_given_back()
    {
        var recorder = new CountingRecorder();
        device.Record(recorder);
        TunedOperator result = new Tuner(device).Tune(Mixed, DirectionSet.Both);
        Assert.That(result.Winner?.Candidate, Is.EqualTo("Quick"));
        Assert.That(recorder.Alive, Is.Zero);
    }

    [Test]
    public void Forward_alone_asks_nothing_of_backward()
    {
        TunedOperator result = new Tuner(device).Tune(Mixed, DirectionSet.Forward);
        Trial back = result.Trials.Single(t => t.Candidate == "WrongBack");
        Assert.That((back.Failure, back.Backward), Is.EqualTo(("", 0)));
    }

    [Test]
    public void Where_the_rule_is_right_that_is_remembered()
    {
        var op = new FakeOperator(Small, FakeOperator.Of("Plain", 20), FakeOperator.Of("Quick", 0));
        TunedOperator result = new Tuner(device).Tune(op, DirectionSet.Forward);
        Assert.That((result.Rule.Candidate, result.Winner?.Candidate, result.Ratio), Is.EqualTo(("Quick", "Quick", 1.0)));
        Assert.That(device.Tuning!.Count, Is.EqualTo(1));
    }

    [Test]
    public void Where_the_rules_candidate_fails_another_is_remembered()
    {
        var op = new FakeOperator(Small, FakeOperator.Of("Plain", 1), FakeOperator.Of("Wrong", 0, factor: 3));
        TunedOperator result = new Tuner(device).Tune(op, DirectionSet.Forward);
        Assert.That((result.Winner?.Candidate, result.Ratio), Is.EqualTo(("Plain", 1.0)));
        Assert.That(op.Choose(device, DirectionSet.Forward).Name, Is.EqualTo("Plain"));
    }

    [Test]
    public void Where_the_plain_kernels_fail_nothing_is_remembered()
    {
        Candidate quick = FakeOperator.Of("Quick", 0);
        foreach (Candidate first in (Candidate[])[FakeOperator.Unbound("Plain"), FakeOperator.Of("Plain", 0, factor: float.NaN),
            FakeOperator.Huge("Plain")])
        {
            TunedOperator result = new Tuner(device).Tune(new FakeOperator(Small, first, quick), DirectionSet.Both);
            Assert.That(result.Winner, Is.Null);
            Assert.That(result.Trials[0].Failure, Is.Not.Empty);
        }
        Assert.That(device.Tuning!.Count, Is.Zero);
    }

    [Test]
    public void What_was_measured_of_other_code_is_ignored()
    {
        FakeOperator op = Mixed;
        TunedChoice right = op.Choice(op.Candidates[1], 0.5);
        foreach (TunedChoice wrong in (TunedChoice[])
            [right with { Build = "other" }, right with { Candidates = "Plain, Quick" }, right with { Candidate = "Gone" },
                right with { Candidate = "Host" }])
        {
            device.Tuning!.Remember(op.TuningKey(DirectionSet.Both), wrong);
            Assert.That(op.Choose(device).Name, Is.EqualTo("Slow"));
        }
        device.Tuning!.Remember(op.TuningKey(DirectionSet.Both), right);
        Assert.That(op.Choose(device).Name, Is.EqualTo("Quick"));
        // It no longer runs here.
        FakeOperator needy = op with { All = op.All.SetItem(1, op.All[1] with { Needs = static _ => false }) };
        Assert.That(needy.Choose(device).Name, Is.EqualTo("Slow"));
    }

    [Test]
    public void Parts_are_tuned_first_and_once()
    {
        var block = new InvertedBottleneck(new Shape(1, 4, 4, 2), 4, 2, new Window(3), ActivationKind.Relu6, Residual: true);
        IReadOnlyList<Operator> order = Tuner.InOrder([block.Filter, block, block]);
        Operator[] expected = [block.Filter, block.Expand, block.ExpandNorm, block.FilterNorm, block.Project, block.ProjectNorm,
            new Add(block.Output), block];
        Assert.That(order, Is.EqualTo(expected.Distinct()));
    }

    [TestCaseSource(nameof(RealOperators))]
    public void Every_operator_can_be_tuned(Operator op)
    {
        foreach (DirectionSet directions in op.IsInferenceOnly ? [DirectionSet.Forward] : Enum.GetValues<DirectionSet>())
        {
            TunedOperator result = new Tuner(device).Tune(op, directions);
            Assert.That(result.Trials.Select(t => t.Failure), Is.All.Empty);
            Assert.That(result.Winner!.Forward, Is.Positive);
            Assert.That(op.Choose(device, directions).Name, Is.EqualTo(result.Winner.Candidate));
        }
    }

    private Device Open(bool tuning, bool plain = false) => Device.Open("simulator", new DeviceOptions
    {
        UseTuning = tuning,
        TuningPath = folder.File("tuning.json"),
        PlainKernels = plain,
    });
}
