using System.Globalization;
using GpuNet.Kernels;
using GpuNet.Tests.Reference;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

/// <summary>
/// The proof every operator inherits: the reference against central differences; every candidate on every device against the
/// reference, forward and backward, gradients set and added; the adjoint identity; fuzz; repeated runs bit for bit; error messages.
/// Of an operator that only runs at inference, all that concerns forward.
/// </summary>
/// <typeparam name="T">Cases and reference of the operator.</typeparam>
internal abstract class OperatorProof<T>
    where T : IOperatorReference
{
    private const int FuzzRounds = 12;
    private const int SlowFuzzRounds = 1;
    private const double FloatEpsilon = 1.1920929e-7;

    private static IEnumerable<TestCaseData> Cases => T.Cases.Select(op => new TestCaseData(op).SetArgDisplayNames(op.ToString()));

    private static IEnumerable<TestCaseData> CasesAndDevices =>
        from op in T.Cases.Select((op, i) => (Operator: op, Index: i))
        from device in TestDevices.Repeated
        where op.Index % 8 == 0 || device != "opencl"
        select new TestCaseData(op.Operator, device).SetArgDisplayNames(op.Operator.ToString(), device);

    // Interpreted code takes its time: one case of each operator, with as many parameters as any.
    private static IEnumerable<TestCaseData> CasesWithParametersAndDevices
    {
        get
        {
            Operator[] cases =
                [.. T.Cases.Where(op => !op.IsInferenceOnly && !IsLarge(op) && op.Parameters.Any(p => p.IsTrained))];
            Operator? most = cases.MaxBy(op => op.Parameters.Count(p => p.IsTrained));
            return
                from op in cases
                from device in (string[])["cpu", .. ReferenceEquals(op, most) ? TestDevices.Interpreted : []]
                select new TestCaseData(op, device).SetArgDisplayNames(op.ToString(), device);
        }
    }

    // Interpreted code runs the same way each time, so that one look at it is enough. ILGPU's simulator, and OpenCL on a processor, compile
    // for seconds what they run for a moment, and share their kernels with the interpreter: the one gets the first case, the other every
    // eighth.
    private static IEnumerable<TestCaseData> CasesAndAllDevices =>
        from op in T.Cases.Select((op, i) => (Operator: op, Index: i))
        from device in TestDevices.All
        where device == "opencl" ? op.Index % 8 == 0
            : (op.Index == 0 && !IsLarge(op.Operator))
                || TestDevices.Repeated.Contains(device) || TestDevices.EveryInterpreted.Contains(device)
        select new TestCaseData(op.Operator, device).SetArgDisplayNames(op.Operator.ToString(), device);

    private static IEnumerable<TestCaseData> TrainedCases =>
        T.Cases.Where(op => !op.IsInferenceOnly).Select(op => new TestCaseData(op).SetArgDisplayNames(op.ToString()));

    // Of OpenCL the agreement with the reference says as much.
    private static IEnumerable<TestCaseData> TrainedCasesAndDevices =>
        from op in T.Cases
        where !op.IsInferenceOnly
        from device in TestDevices.Repeated
        where device != "opencl"
        select new TestCaseData(op, device).SetArgDisplayNames(op.ToString(), device);

    [TestCaseSource(nameof(TrainedCases))]
    public void Reference_gradients_match_central_differences(Operator op)
    {
        foreach (bool training in Modes(op))
        {
            var random = new Random(1);
            ReferenceOperands at = New(op, training, random);
            T.Backward(op, Copy(op, at, out ReferenceOperands result));
            for (int i = 0; i < op.Inputs.Length; i++)
            {
                if (op.HasGradient(i))
                    CompareDifferences(op, at, o => o.Inputs[i], result.DInputs[i], random, $"input {i}");
            }
            for (int i = 0; i < op.Parameters.Length; i++)
            {
                if (op.Parameters[i].IsTrained)
                    CompareDifferences(op, at, o => o.Parameters[i], result.DParameters[i], random, op.Parameters[i].Name);
            }
        }
    }

    [TestCaseSource(nameof(CasesAndAllDevices))]
    public void Candidates_match_the_reference(Operator op, string deviceName)
    {
        Device device = TestDevices.Get(deviceName);
        op.Validate();
        foreach (bool training in Modes(op))
            Compare(device, op, training, new Random(2));
    }

    [TestCaseSource(nameof(CasesAndDevices))]
    public void Two_runs_give_the_same_bits(Operator op, string deviceName)
    {
        Device device = TestDevices.Get(deviceName);
        ReferenceOperands at = New(op, !op.IsInferenceOnly, new Random(3));
        foreach (Candidate candidate in op.Candidates.Where(c => c.RunsOn(device)))
        {
            OperatorRun first = Run(device, op, candidate, at, GradientMode.Set),
                second = Run(device, op, candidate, at, GradientMode.Set);
            Assert.That(second.Output, Is.EqualTo(first.Output), candidate.Name);
            Assert.That(second.DInputs, Is.EqualTo(first.DInputs), candidate.Name);
            Assert.That(second.DParameters, Is.EqualTo(first.DParameters), candidate.Name);
        }
    }

    [TestCaseSource(nameof(CasesWithParametersAndDevices))]
    public void Frozen_parameters_change_no_other_gradient(Operator op, string deviceName)
    {
        Device device = TestDevices.Get(deviceName);
        int[] trained = [.. Enumerable.Range(0, op.Parameters.Length).Where(i => op.Parameters[i].IsTrained)];
        // Each alone, and all together; interpreted code takes its time, and gets the latter.
        int[][] choices = TestDevices.IsInterpreted(device) ? [trained] : [.. trained.Select(i => (int[])[i]), trained];
        foreach (bool training in Modes(op))
        {
            ReferenceOperands at = New(op, training, new Random(6));
            foreach (Candidate candidate in op.Candidates.Where(c => c.RunsOn(device)))
            {
                OperatorRun all = Run(device, op, candidate, at, GradientMode.Set);
                foreach (int[] frozen in choices)
                {
                    var some = OperatorRun.Do(device, op, candidate, at, GradientMode.Set, frozen: frozen.Contains);
                    string what = $"{candidate.Name} training={training} without {string.Join(", ", frozen)}";
                    Assert.That(some.DInputs, Is.EqualTo(all.DInputs), what);
                    Assert.That(some.Parameters, Is.EqualTo(all.Parameters), what);
                    foreach (int i in trained)
                        Assert.That(some.DParameters[i], Is.EqualTo(frozen.Contains(i) ? [] : all.DParameters[i]), what);
                }
            }
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Results_do_not_depend_on_the_number_of_threads(Operator op)
    {
        ReferenceOperands at = New(op, !op.IsInferenceOnly, new Random(4));
        foreach (Candidate candidate in op.Candidates.Where(c => c.RunsOn(TestDevices.Get("cpu"))))
        {
            OperatorRun one = Run(TestDevices.Get("cpu, 1 thread"), op, candidate, at, GradientMode.Set);
            OperatorRun many = Run(TestDevices.Get("cpu"), op, candidate, at, GradientMode.Set);
            Assert.That(many.Output, Is.EqualTo(one.Output));
            Assert.That(many.DInputs, Is.EqualTo(one.DInputs));
            Assert.That(many.DParameters, Is.EqualTo(one.DParameters));
        }
    }

    [TestCaseSource(nameof(TrainedCasesAndDevices))]
    public void Adjoint_identity_holds(Operator op, string deviceName)
    {
        if (!T.IsLinear)
            Assert.Pass("not linear in its input");
        // <A x, dy> = <x, Aᵀ dy>, with the parts of the output that do not depend on x taken out by a second forward at x = 0.
        Device device = TestDevices.Get(deviceName);
        ReferenceOperands at = New(op, true, new Random(5));
        ReferenceOperands zero = Copy(op, at, out _);
        foreach (double[] input in zero.Inputs)
            Array.Clear(input);
        foreach (Candidate candidate in op.Candidates.Where(c => c.RunsOn(device)))
        {
            OperatorRun run = Run(device, op, candidate, at, GradientMode.Set),
                constant = Run(device, op, candidate, zero, GradientMode.Set);
            double left = 0, right = 0, size = 1;
            for (int i = 0; i < run.Output.Length; i++)
            {
                left += ((double)run.Output[i] - constant.Output[i]) * at.DOutput[i];
                size += Math.Abs(run.Output[i] * at.DOutput[i]);
            }
            for (int input = 0; input < op.Inputs.Length; input++)
            {
                for (int i = 0; i < run.DInputs[input].Length; i++)
                    right += run.DInputs[input][i] * at.Inputs[input][i];
            }
            Assert.That(right, Is.EqualTo(left).Within(FloatEpsilon * (8 + T.Terms(op)) * size), candidate.Name);
        }
    }

    [Test]
    public void Random_problems_match_the_reference([Values("cpu", "ptx 80")] string deviceName)
    {
        Device device = TestDevices.Get(deviceName);
        int seed = Environment.TickCount;
        for (int round = 0; round < (TestDevices.Repeated.Contains(deviceName) ? FuzzRounds : SlowFuzzRounds); round++)
        {
            var random = new Random(seed + round);
            Operator op = T.Random(random);
            TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed + round}: {op}"));
            op.Validate();
            foreach (bool training in Modes(op))
                Compare(device, op, training, random);
        }
    }

    [Test]
    public void Broken_rules_are_named()
    {
        foreach ((Operator op, string message) in T.Invalid)
            Assert.That(op.Validate,
                Throws.TypeOf<GpuNetException>().With.Message.Contains(message).And.Message.Contains(op.GetType().Name));
    }

    private static void Compare(Device device, Operator op, bool training, Random random)
    {
        ReferenceOperands at = New(op, training, random);
        Copy(op, at, out ReferenceOperands expected);
        if (!op.IsInferenceOnly)
            T.Backward(op, expected);
        foreach (Candidate candidate in op.Candidates.Where(c => c.RunsOn(device)))
        {
            OperatorRun forward = OperatorRun.Do(device, op, candidate, at, GradientMode.None, forwardOnly: !training);
            Near(op, forward.Output, expected.Output, false, $"{candidate.Name} forward alone");
            if (op.IsInferenceOnly)
                continue;
            foreach (GradientMode mode in ModesOfGradients(device, training))
            {
                OperatorRun run = Run(device, op, candidate, at, mode);
                string what = $"{candidate.Name} {mode} training={training}";
                Near(op, run.Output, expected.Output, false, what + " output");
                for (int i = 0; i < run.DInputs.Length; i++)
                {
                    if (run.DInputs[i].Length > 0)
                        Near(op, run.DInputs[i], expected.DInputs[i], mode == GradientMode.Add, $"{what} dinput {i}");
                }
                for (int i = 0; i < run.DParameters.Length; i++)
                {
                    if (op.Parameters[i].IsTrained)
                        Near(op, run.DParameters[i], expected.DParameters[i], true, $"{what} d{op.Parameters[i].Name}");
                    else
                        Near(op, run.Parameters[i], expected.Parameters[i], false, $"{what} {op.Parameters[i].Name}");
                }
            }
        }
    }

    private static void Near(Operator op, float[] actual, double[] expected, bool added, string what)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        double scale = 1;
        foreach (double value in expected)
            scale = Math.Max(scale, Math.Abs(value));
        double tolerance = FloatEpsilon * (8 + T.Terms(op)) * (scale + (added ? 3 : 0));
        // By 1/256 at most, and sums may have been rounded before the activation as well.
        if (op.OutputType == ElementType.Bfloat16)
            tolerance += scale / 96;
        for (int i = 0; i < actual.Length; i++)
        {
            double value = expected[i] + (added ? OperatorRun.Before(i) : 0);
            if (!(Math.Abs(actual[i] - value) <= tolerance))
                Assert.Fail($"{op} {what}: element {i} is {actual[i]}, expected {value} within {tolerance:E1}");
        }
    }

    private static OperatorRun Run(Device device, Operator op, Candidate candidate, ReferenceOperands at, GradientMode mode) =>
        OperatorRun.Do(device, op, candidate, at, mode, forwardOnly: op.IsInferenceOnly);

    // Interpreted code takes its time, and each mode is one kernel's argument.
    private static GradientMode[] ModesOfGradients(Device device, bool training) =>
        TestDevices.IsInterpreted(device)
            ? [training ? GradientMode.Set : GradientMode.Add]
            : [GradientMode.Set, GradientMode.Add, GradientMode.None];

    private static bool IsLarge(Operator op) => op.Macs + op.Output.Elements > 60_000;

    private static bool[] Modes(Operator op) => op.IsInferenceOnly ? [false] : [true, false];

    private static ReferenceOperands New(Operator op, bool training, Random random)
    {
        var o = new ReferenceOperands(op, training);
        T.Fill(op, o, random);
        foreach ((double[] values, int _) in o.Inputs.Select((v, i) => (v, i))
            .Where(input => op.InputType(input.i) == ElementType.Bfloat16))
        {
            for (int i = 0; i < values.Length; i++)
                values[i] = Bfloat16.Round(values[i]);
        }
        return o;
    }

    // A copy on which forward has run; the same object twice, so that it can be passed on and kept.
    private static ReferenceOperands Copy(Operator op, ReferenceOperands from, out ReferenceOperands copy)
    {
        copy = new ReferenceOperands(op, from.Training) { Seed = from.Seed };
        for (int i = 0; i < from.Inputs.Length; i++)
            from.Inputs[i].CopyTo(copy.Inputs[i], 0);
        for (int i = 0; i < from.Parameters.Length; i++)
            from.Parameters[i].CopyTo(copy.Parameters[i], 0);
        from.DOutput.CopyTo(copy.DOutput, 0);
        T.Forward(op, copy);
        return copy;
    }

    private static void CompareDifferences(
        Operator op, ReferenceOperands at, Func<ReferenceOperands, double[]> which, double[] gradient, Random random, string what)
    {
        const double Step = 1e-5;
        double[] values = which(at);
        int samples = IsLarge(op) ? 1 : 24;
        for (int sample = 0; sample < Math.Min(values.Length, samples); sample++)
        {
            int i = values.Length <= samples ? sample : random.Next(values.Length);
            double kept = values[i];
            values[i] = kept + Step;
            double above = Loss(op, at);
            values[i] = kept - Step;
            double below = Loss(op, at);
            values[i] = kept;
            double difference = (above - below) / (2 * Step);
            Assert.That(gradient[i], Is.EqualTo(difference).Within(1e-5 * Math.Max(1, Math.Abs(difference))), $"{op} {what} element {i}");
        }
    }

    private static double Loss(Operator op, ReferenceOperands at)
    {
        Copy(op, at, out ReferenceOperands result);
        double loss = 0;
        for (int i = 0; i < result.Output.Length; i++)
            loss += result.Output[i] * at.DOutput[i];
        return loss;
    }
}
