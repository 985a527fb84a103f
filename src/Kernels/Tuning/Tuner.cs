using System.Collections.Immutable;

namespace GpuNet.Kernels;

// Tuning/ measures: candidates of an operator against one another on operands that rotate past the caches, and a device's own copy and
// product, which the figures of profiles and benchmarks are set against. What it finds is remembered by the device (Runtime).

/// <summary>
/// Measures the candidates of operators on a device and remembers the best, so that plans built later bind it
/// (<see cref="Operator.Choose"/>). A candidate counts only if it agrees with the first, the plain one.
/// </summary>
/// <param name="device">Where they run. Nothing else should, meanwhile.</param>
internal sealed class Tuner(Device device)
{
    // The rule's candidate stays unless another is better by more than measurements vary.
    private const double Clearly = 0.97;

    /// <summary>
    /// Distinct operators, each behind the parts that some candidate of it is composed of, so that these are bound as tuned.
    /// </summary>
    public static IReadOnlyList<Operator> InOrder(IEnumerable<Operator> operators)
    {
        ArgumentNullException.ThrowIfNull(operators);
        var order = new List<Operator>();
        var known = new HashSet<string>();
        void Add(Operator op)
        {
            foreach (Operator part in op.Parts)
                Add(part);
            if (known.Add(op.ToString()))
                order.Add(op);
        }

        foreach (Operator op in operators)
            Add(op);
        return order;
    }

    /// <summary>Measures every candidate of an operator that runs on the device, and remembers the best.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="directions">The passes that count; of an operator without a backward pass only forward.</param>
    /// <exception cref="GpuNetException">
    /// There is not enough memory for its operands, a candidate has left the device unusable, or the choice cannot be remembered.
    /// </exception>
    public TunedOperator Tune(Operator op, DirectionSet directions)
    {
        ArgumentNullException.ThrowIfNull(op);
        directions = op.Normal(directions);
        TunedOperator result = Measure(op, directions);
        if (result.Winner is { } winner)
        {
            device.Tuning?.Remember(
                op.TuningKey(directions), op.Choice(op.Candidates.First(c => c.Name == winner.Candidate), result.Ratio));
        }
        return result;
    }

    private TunedOperator Measure(Operator op, DirectionSet directions)
    {
        Candidate[] candidates = [.. op.Candidates.Where(c => c.RunsOn(device))];
        int rule = Array.FindIndex(candidates, c => c.Name == op.ChooseByRule(device).Name);
        var trials = new Trial[candidates.Length];
        var launchers = new Launcher?[candidates.Length];
        for (int i = 0; i < candidates.Length; i++)
        {
            int candidate = i;
            (trials[i], launchers[i]) = (new Trial(candidates[i].Name), null);
            Attempt(op, ref trials[i], () => launchers[candidate] = op.Bind(device, candidates[candidate]));
        }
        TunedOperator Result(int? winner) =>
            new(op, directions, trials[rule], winner is { } w ? trials[w] : null, [.. trials]);
        using CandidateTrial? trial = Lay(op, directions, trials, launchers);
        if (trial is null)
            return Result(null);
        Attempt(op, ref trials[0], () => trial.Expect(launchers[0]!));
        if (trials[0].Failure.Length > 0)
            return Result(null);

        int? best = null;
        // What is probably best comes first, so that the others can be given up early; plain kernels come last.
        foreach (int i in Enumerable.Range(0, candidates.Length).OrderBy(i => i == rule ? 0 : i == 0 ? 2 : 1).ThenByDescending(i => i))
        {
            if (launchers[i] is not { } launcher)
                continue;
            double limit = best is { } b ? trials[b].Seconds : double.PositiveInfinity;
            Attempt(op, ref trials[i], () =>
            {
                if (i != 0)
                    trial.Compare(launcher);
                trials[i] = trial.Time(launcher, trials[i], limit);
            });
            if (trials[i].IsMeasured && trials[i].Seconds < limit)
                best = i;
        }
        if (best is { } other && other != rule && trials[rule].Failure.Length == 0)
        {
            // Once more, by turns: what slowed the one down then slows the other down too.
            (trials[rule], trials[other]) = trial.TimeByTurns((launchers[rule]!, trials[rule]), (launchers[other]!, trials[other]));
            if (trials[other].Seconds > Clearly * trials[rule].Seconds)
                best = rule;
        }
        return Result(best);
    }

    // The operands, if need be without the candidate that asks for most memory. Without the first there is nothing to compare with.
    private CandidateTrial? Lay(Operator op, DirectionSet directions, Trial[] trials, Launcher?[] launchers)
    {
        while (launchers[0] is not null)
        {
            CandidateTrial? trial = null;
            int largest = Enumerable.Range(0, launchers.Length)
                .MaxBy(i => launchers[i] is { } l ? l.WorkspaceElements + l.PreparedElements : -1);
            Attempt(op, ref trials[largest], () => trial = new CandidateTrial(op, device, directions, [.. launchers.OfType<Launcher>()]));
            if (trial is not null)
                return trial;
            launchers[largest] = null;
        }
        return null;
    }

#pragma warning disable CA1031 // Whatever is wrong with a candidate, the others are measured.
    private void Attempt(Operator op, ref Trial trial, Action action)
    {
        string failure = "";
        try
        {
            action();
            return;
        }
        catch (Exception e)
        {
            failure = e is GpuNetException ? e.Message : $"{e.GetType().Name}: {e.Message}";
        }
        trial = new Trial(trial.Candidate) { Failure = failure };
        try
        {
            device.Synchronize();
        }
        catch (Exception e)
        {
            throw new GpuNetException(
                $"{device.Name} can no longer be used, after candidate {trial.Candidate} of {op} failed: {failure}", e);
        }
    }
#pragma warning restore CA1031
}

/// <summary>What measuring an operator's candidates gave.</summary>
/// <param name="Operator">The operator.</param>
/// <param name="Directions">The passes that were measured.</param>
/// <param name="Rule">The candidate the rule chooses.</param>
/// <param name="Winner">The best candidate; the rule's unless another is clearly better; null if none could be used.</param>
/// <param name="Trials">Every candidate that runs on the device, in the operator's order.</param>
internal sealed record TunedOperator(
    Operator Operator, DirectionSet Directions, Trial Rule, Trial? Winner, ImmutableArray<Trial> Trials)
{
    /// <summary>The winner's time as a share of that of the rule's candidate; 1 where that one cannot be used.</summary>
    public double Ratio => Winner is { } winner && Rule.Failure.Length == 0 ? winner.Seconds / Rule.Seconds : 1;
}
