namespace GpuNet;

/// <summary>Runs a network over a data set.</summary>
internal static class Evaluator
{
    /// <param name="model">The network.</param>
    /// <param name="parameters">Its parameters, or averaged ones.</param>
    /// <param name="losses">What is measured.</param>
    /// <param name="loader">The samples, in order.</param>
    /// <param name="cancel">Ends the run early, with what there is then.</param>
    public static Evaluation Run(
        Model model, ParameterStore parameters, IReadOnlyList<Loss> losses, BatchLoader loader, CancellationToken cancel)
    {
        Loss[] measured = [.. losses.Select(l => l.ForEvaluation())];
        var plans = new PlanCache(parameters, (batch, _) =>
        {
            NetworkBuilder network = model.Spec.Start(batch);
            Loss.Add(network, measured);
            return network.Graph;
        });
        Loss? scored = measured.FirstOrDefault(l => l.Classifies);
        Evaluation? result = null;
        var loss = new float[1];
        float[] scores = [];
        string[] inputs = [];
        Batch? current = null;
        Func<string, Array> field = name => Trainer.Field(current!, name);
        try
        {
            foreach (Batch batch in loader.Epoch(0, cancellation: CancellationToken.None))
            {
                if (cancel.IsCancellationRequested)
                    break;
                current = batch;
                lock (model.Gate)
                    Add(batch);
            }
        }
        finally
        {
            lock (model.Gate)
                plans.Dispose();
        }
        return result ?? new Evaluation(null);

        void Add(Batch batch)
        {
            Plan plan = plans.Get(batch.Count);
            plan.Profiler = model.Profiler;
            if (inputs.Length == 0)
            {
                inputs = [.. plan.Graph.Inputs.Keys];
                Trainer.RequireFields("the data", loader.Fields, plan.Graph.Inputs);
            }
            Loss.RequireLabels(measured, plan.Graph, batch);
            Trainer.Upload(plan, inputs, field, batch.Count);
            plan.Forward();
            plan.Output("loss").Download(loss);
            result ??= new Evaluation(scored is null ? null : Classes(model.Spec.Classes, plan.Output(scored.Output).Shape.C));
            result.AddLoss(loss[0], batch.Count);
            if (scored is not null)
            {
                Tensor output = plan.Output(scored.Output);
                int elements = (int)output.Shape.Elements;
                if (scores.Length < elements)
                    scores = new float[elements];
                output.Download(scores.AsSpan(0, elements));
                result.AddScores(
                    scores.AsSpan(0, elements), batch.Integers(scored.Target).AsSpan(0, elements / output.Shape.C), scored.Ignored);
            }
        }
    }

    // The network's classes need not be those of the output that is scored.
    private static ClassNames Classes(ClassNames classes, int scores) => classes.Count == scores ? classes : scores;
}
