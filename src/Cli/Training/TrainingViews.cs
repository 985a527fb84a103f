using System.Globalization;
using Spectre.Console;

namespace GpuNet.Cli;

/// <summary>Shows a run while it goes on.</summary>
internal interface ITrainingView
{
    /// <summary>Runs an epoch and shows the steps it reports.</summary>
    /// <param name="epoch">From 0.</param>
    /// <param name="steps">Steps it has.</param>
    /// <param name="body">Runs it; says whether it was finished.</param>
    bool Watch(int epoch, int steps, Func<Action<StepReport>, bool> body);

    /// <summary>Shows an epoch that is done.</summary>
    void Done(EpochMetrics epoch);
}

/// <summary>One line an epoch, when it is done.</summary>
internal class PlainTrainingView(Terminal terminal, int epochs) : ITrainingView
{
    protected Terminal Terminal => terminal;

    protected int Epochs => epochs;

    public virtual bool Watch(int epoch, int steps, Func<Action<StepReport>, bool> body) => body(static _ => { });

    public void Done(EpochMetrics epoch) => terminal.Line(string.Create(CultureInfo.InvariantCulture,
        $"epoch {Position(epoch.Epoch)}  loss {epoch.TrainLoss:F4}  accuracy {100 * epoch.TrainAccuracy,6:F2} %  test loss "
            + $"{epoch.TestLoss:F4}  test accuracy {100 * epoch.TestAccuracy,6:F2} %  {epoch.ImagesPerSecond,5:F0} images/s  "
            + $"{Quantities.Duration(epoch.Seconds)}"));

    /// <summary>An epoch's number, as wide as that of the last one.</summary>
    protected string Position(int epoch)
    {
        string all = epochs.ToString(CultureInfo.InvariantCulture);
        return $"{epoch.ToString(CultureInfo.InvariantCulture).PadLeft(all.Length)}/{all}";
    }
}

/// <summary>Beside the line of each epoch that is done, one that changes for the epoch under way.</summary>
internal sealed class LiveTrainingView(Terminal terminal, int epochs) : PlainTrainingView(terminal, epochs)
{
    public override bool Watch(int epoch, int steps, Func<Action<StepReport>, bool> body) => Terminal.Console.Progress()
        .AutoClear(true)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 24 })
        .Start(context =>
        {
            string title = $"epoch {Position(epoch + 1)}";
            ProgressTask task = context.AddTask(title, maxValue: steps);
            return body(report =>
            {
                task.Value = report.Step;
                task.Description = report.Step == steps
                    ? $"{title}  testing"
                    : string.Create(CultureInfo.InvariantCulture,
                        $"{title}  loss {report.Loss:F4}  accuracy {100 * report.Accuracy,6:F2} %  {report.ImagesPerSecond,5:F0} images/s "
                            + $" {Quantities.Duration(report.SecondsLeft)} left");
            });
        });
}
