namespace GpuNet;

public sealed partial class Training
{
    private const int UnprofiledSteps = 2;
    private const string AverageName = "average/";
    private const string OptimizerName = "optimizer/";

    /// <summary>What is known of the run so far.</summary>
    private TrainingState State(bool partial) => new(Recipe, Steps, Seconds)
    {
        Data = DataName,
        Epochs = history,
        Tally = partial && tally.Samples > 0 ? tally : null,
        Frozen = trainer!.Frozen,
        Losses = string.Join(" + ", UsedLosses),
    };

    // After an epoch: the model if it is the best, then the state, so that a state never knows of a better model than there is.
    private void SaveEpoch(Epoch epoch)
    {
        if (Folder is null)
            return;
        if (epoch.IsBest)
        {
            ParameterStore better = epoch.AverageIsBetter ? trainer!.Average!.Parameters : Model.Parameters;
            lock (Model.Gate)
                ModelFile.Save(Path.Combine(Folder, ModelFile.ModelName), Description(partial: false), better);
        }
        SaveState(partial: false);
        RunFiles.Write(Folder, Model, this);
    }

    private ModelDescription Description(bool partial) => new(Model.Spec, Model.Preprocessing) { Training = State(partial) };

    private void SaveState(bool partial = true)
    {
        if (Folder is null)
            return;
        lock (Model.Gate)
        {
            var states = new List<(string Name, float[] Values)>();
            foreach ((string name, Tensor values) in trainer!.Update.States)
                states.Add((OptimizerName + name, values.ToArray()));
            if (trainer.Average is { } average)
                states.AddRange(average.Parameters.Names.Select(n => (AverageName + n, average.Parameters[n].ToArray())));
            ModelFile.Save(Path.Combine(Folder, ModelFile.StateName), Description(partial), Model.Parameters, states);
        }
    }

    private void Restore(string folder)
    {
        using ModelFile file = ModelFile.Open(folder, Model.Spec.Define, ModelFile.StateName);
        TrainingState state = file.Description.Training ?? throw new GpuNetException($"{file.Path}: says nothing of a run to go on with.");
        if (file.Description.Model != Model.Spec)
        {
            throw new GpuNetException(
                $"{file.Path}: the run trains another network or variant: {file.Description.Model}, not {Model.Spec}.");
        }
        if (state.Recipe != Recipe)
            throw new GpuNetException($"{file.Path}: the run has another recipe: it goes on with {state.Recipe}, not with {Recipe}.");
        if (!state.Frozen.SequenceEqual(trainer!.Frozen))
        {
            throw new GpuNetException(
                $"{file.Path}: the run has other frozen parameters: {state.Frozen.Count}, not {trainer.Frozen.Count}.");
        }
        if (state.Losses != string.Join(" + ", UsedLosses))
            throw new GpuNetException($"{file.Path}: the run has other losses: {state.Losses}, not {string.Join(" + ", UsedLosses)}.");
        if (images is not null && file.Description.Preprocessing != Model.Preprocessing)
        {
            throw new GpuNetException(
                $"{folder}: the images of {train.Name} are not those the run began with: their mean, deviation or size differs.");
        }
        long done = (long)state.Epochs.Count * StepsPerEpoch;
        if (state.Epochs.Count > Epochs || state.Steps < done || state.Steps > done + StepsPerEpoch)
        {
            throw new GpuNetException(
                $"{file.Path}: {state.Steps} steps do not fit {state.Epochs.Count} epochs of {StepsPerEpoch} steps; "
                + "the data differ from before.");
        }
        foreach ((string name, Tensor values) in trainer!.Update.States)
            values.Upload(Required(file, OptimizerName + name, (int)values.Shape.Elements), name);
        if (trainer.Average is { } average)
        {
            foreach (string name in average.Parameters.Names)
                average.Parameters[name].Upload(Required(file, AverageName + name, (int)average.Parameters[name].Shape.Elements), name);
            average.Updates = state.Steps;
        }
        WeightsFile.Load(Model.Parameters, file.Tensors, file.Path);
        trainer.Update.Steps = trainer.Steps = state.Steps;
        history.AddRange(state.Epochs);
        secondsBefore = state.Seconds;
        tally = state.Tally ?? new EpochTally();
    }

    private static float[] Required(ModelFile file, string name, int elements)
    {
        float[] values = file.State(name) ?? throw new GpuNetException($"{file.Path}: the run's state has no '{name}'.");
        return values.Length == elements ? values
            : throw new GpuNetException($"{file.Path}: the run's state '{name}': expected {elements} values, got {values.Length}.");
    }
}
