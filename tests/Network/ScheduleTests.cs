using System.Text.Json;
using GpuNet.Tests.Golden;
using NUnit.Framework;
using NUnit.Framework.Constraints;

namespace GpuNet.Tests.Network;

/// <summary>Learning rates against PyTorch's schedulers, and schedules as JSON.</summary>
[TestFixture, Parallelizable]
internal sealed class ScheduleTests
{
    private const int StepsPerEpoch = 7;

    private static IEnumerable<TestCaseData> BySteps() =>
    [
        new("one_cycle", new OneCycleSchedule(0.1f)),
        new("one_cycle_35", new OneCycleSchedule(0.1f)),
        new("cosine", new CosineSchedule(0.1f, End: 0.001f)),
        new("cosine_warmup", new CosineSchedule(0.1f).WithWarmUp(5f / 40)),
        new("cosine_warmup", new CosineSchedule(0.1f).WithWarmUpEpochs(5, start: 0.2f)),
        new("step", new StepSchedule(0.1f, Period: 12f / 40, Factor: 0.5f)),
        new("multistep", new MultiStepSchedule(0.1f) { Milestones = [8 / 40f, 0.5f, 0.9f], Factor = 0.3f }),
        new("linear", new LinearSchedule(0.1f, Start: 0.25f, End: 1, Part: 0.5f)),
        new("linear_down", new LinearSchedule(0.1f)),
        new("exponential", new ExponentialSchedule(0.1f, 0.9f)),
        new("polynomial", new PolynomialSchedule(0.1f, Power: 2, Part: 0.8f)),
    ];

    [TestCaseSource(nameof(BySteps))]
    public void Rates_of_steps_match(string name, Schedule schedule)
    {
        float[] rates = Numbers(name, "learning_rates");
        for (int i = 0; i < rates.Length; i++)
            Assert.That(schedule.Rate(i, rates.Length), Near(rates[i]), $"step {i}");
    }

    private static IEnumerable<TestCaseData> ByEpochs() =>
    [
        new("step_epochs", new StepSchedule(0.1f, Period: 0.3f, Factor: 0.5f).PerEpoch()),
        new("cosine_warmup_epochs", new CosineSchedule(0.1f).WithWarmUp(0.2f).PerEpoch()),
    ];

    [TestCaseSource(nameof(ByEpochs))]
    public void Rates_of_epochs_match_and_stay_within_one(string name, Schedule schedule)
    {
        float[] rates = Numbers(name, "learning_rates");
        for (int i = 0; i < rates.Length * StepsPerEpoch; i++)
        {
            Assert.That(schedule.Rate(new ScheduleTime(i, rates.Length * StepsPerEpoch, StepsPerEpoch)), Near(rates[i / StepsPerEpoch]),
                $"step {i}");
        }
    }

    private static IEnumerable<TestCaseData> Plateaus() =>
    [
        new("plateau", new ReduceOnPlateauSchedule(0.1f, 0.5f, 2)),
        new("plateau_absolute", new ReduceOnPlateauSchedule(0.1f, 0.5f, 1) { Threshold = 0.1f, IsAbsolute = true, Cooldown = 2 }),
        new("plateau_max", new ReduceOnPlateauSchedule(0.1f, 0.3f, 2) { GreaterIsBetter = true, Least = 0.02f }),
        new("plateau_max_absolute", new ReduceOnPlateauSchedule(0.1f, 0.3f, 0)
        {
            GreaterIsBetter = true,
            IsAbsolute = true,
            Threshold = 0.05f,
            LeastDrop = 1e-3f,
        }),
    ];

    [TestCaseSource(nameof(Plateaus))]
    public void Rates_after_metrics_match(string name, Schedule schedule)
    {
        float[] rates = Numbers(name, "learning_rates");
        double[] metrics = [.. Golden(name, "metrics").Select(e => e.GetDouble())];
        for (int i = 0; i < rates.Length; i++)
        {
            var time = new ScheduleTime(i * StepsPerEpoch, 1000, StepsPerEpoch) { Metrics = metrics[..i] };
            Assert.That(schedule.Rate(time), Near(rates[i]), $"after {i} metrics");
            Assert.That(schedule.PerEpoch().Rate(time), Is.EqualTo(schedule.Rate(time)));
        }
        Assert.That(schedule.Rate(default), Is.EqualTo(0.1f), "no metrics at all");
    }

    [Test]
    public void An_exponential_falls_within_epochs_unless_told_otherwise()
    {
        var schedule = new ExponentialSchedule(1, 0.5f);
        Assert.That(schedule.Rate(new ScheduleTime(8, 100, 4)), Is.EqualTo(0.25f));
        Assert.That(schedule.Rate(new ScheduleTime(10, 100, 4)), Is.EqualTo(Math.Pow(0.5, 2.5)).Within(1e-6));
        Assert.That(schedule.PerEpoch().Rate(new ScheduleTime(10, 100, 4)), Is.EqualTo(0.25f));
    }

    [Test]
    public void A_warm_up_of_epochs_leaves_the_rest_of_the_run_to_what_follows()
    {
        Schedule schedule = new LinearSchedule(1).WithWarmUpEpochs(2.5f, start: 0);
        // 10 of 50 steps warm up; a warm-up longer than the run is the whole run.
        Assert.That(Enumerable.Range(0, 5).Select(i => schedule.Rate(new ScheduleTime(i * 10, 50, 4))),
            Is.EqualTo((float[])[0, 1, 0.75f, 0.5f, 0.25f]).Within(1e-6));
        Assert.That(schedule.Rate(new ScheduleTime(5, 50, 4)), Is.EqualTo(0.5f).Within(1e-6));
        Assert.That(schedule.Rate(new ScheduleTime(2, 4, 4)), Is.EqualTo(0.5f).Within(1e-6));
    }

    [Test]
    public void Every_named_schedule_is_finite_from_first_step_to_last([Values(1, 2, 10)] int steps)
    {
        foreach (string name in Schedule.Names)
        {
            Schedule schedule = Schedule.Parse(name, 0.1f);
            for (int i = 0; i < steps; i++)
                Assert.That(schedule.Rate(i, steps), Is.InRange(0f, 0.1f), $"{name}, step {i} of {steps}");
        }
        Assert.That(() => Schedule.Parse("cosines", 1),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("constant, step, multistep"));
    }

    [Test]
    public void Schedules_come_back_from_Json_as_they_were()
    {
        var json = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
            RespectRequiredConstructorParameters = true,
        };
        IEnumerable<Schedule> all =
        [
            .. BySteps().Concat(ByEpochs()).Concat(Plateaus()).Select(c => (Schedule)c.Arguments[1]!),
            .. Schedule.Names.Select(n => Schedule.Parse(n, 0.3f)),
        ];
        foreach (Schedule schedule in all)
        {
            string text = JsonSerializer.Serialize(schedule, json);
            Assert.That(JsonSerializer.Deserialize<Schedule>(text, json), Is.EqualTo(schedule), text);
        }
        Assert.That(JsonSerializer.Serialize<Schedule>(new CosineSchedule(0.5f).WithWarmUpEpochs(3), json), Is.EqualTo(
            """{"kind":"warm_up","after":{"kind":"cosine","peak":0.5,"end":0},"part":0.05,"epochs":3,"start":null}"""));
    }

    // Rates are floats of a formula in double precision from settings that are floats.
    private static RangeConstraint Near(float rate)
    {
        double tolerance = 1e-7 + (1e-5 * rate);
        return Is.InRange((float)(rate - tolerance), (float)(rate + tolerance));
    }

    private static JsonElement[] Golden(string name, string array)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(GoldenFile.PathOf("schedules.json")));
        return [.. json.RootElement.GetProperty(name).GetProperty(array).EnumerateArray().Select(e => e.Clone())];
    }

    private static float[] Numbers(string name, string array) => [.. Golden(name, array).Select(e => e.GetSingle())];
}
