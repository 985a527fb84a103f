using System.Globalization;
using Spectre.Console;

namespace GpuNet.Cli;

/// <summary>Shows a run while it goes on: one line an epoch, when it is done.</summary>
internal class PlainTrainingView(Terminal terminal, int epochs)
{
    protected Terminal Terminal => terminal;

    /// <summary>Runs it and shows each epoch that is done.</summary>
    public virtual void Watch(Training training, CancellationToken stop)
    {
        foreach (Epoch epoch in training.Run(stop))
            Done(epoch);
    }

    protected void Done(Epoch epoch)
    {
        string average = epoch.Average is { } a ? $"  averaged {100 * a.Accuracy,6:F2} %" : "";
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"epoch {Position(epoch.Number)}  loss {epoch.Loss:F4}  accuracy {100 * epoch.Accuracy,6:F2} %  test loss "
                + $"{epoch.Test.Loss:F4}  test accuracy {100 * epoch.Test.Accuracy,6:F2} %{average}  "
                + $"{epoch.SamplesPerSecond,5:F0} images/s  {Quantities.Duration(epoch.Seconds)}"));
    }

    /// <summary>An epoch's number, as wide as that of the last one.</summary>
    protected string Position(int epoch)
    {
        string all = epochs.ToString(CultureInfo.InvariantCulture);
        return $"{epoch.ToString(CultureInfo.InvariantCulture).PadLeft(all.Length)}/{all}";
    }
}

/// <summary>Beside the line of each epoch that is done, one that changes for the epoch under way.</summary>
internal sealed class LiveTrainingView(Terminal terminal, Training training) : PlainTrainingView(terminal, training.Epochs)
{
    public override void Watch(Training training, CancellationToken stop)
    {
        using IEnumerator<Epoch> epochs = training.Run(stop).GetEnumerator();
        while (Next(training, epochs))
            Done(epochs.Current);
    }

    private bool Next(Training training, IEnumerator<Epoch> epochs) => Terminal.Console.Progress()
        .AutoClear(true)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 24 })
        .Start(context =>
        {
            string title = $"epoch {Position(training.History.Count + 1)}";
            ProgressTask task = context.AddTask(title, maxValue: training.StepsPerEpoch);
            training.StepDone += Show;
            try
            {
                return epochs.MoveNext();
            }
            finally
            {
                training.StepDone -= Show;
            }

            void Show(StepProgress step)
            {
                task.Value = step.Step;
                task.Description = step.Step == step.Steps
                    ? $"{title}  testing"
                    : string.Create(CultureInfo.InvariantCulture,
                        $"{title}  loss {step.Loss:F4}  accuracy {100 * step.Accuracy,6:F2} %  {step.SamplesPerSecond,5:F0} images/s "
                            + $" {Quantities.Duration(step.SecondsLeft)} left");
            }
        });
}
