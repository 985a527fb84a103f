// Fine-tuning: a network that knows some classes learns others. Its features are frozen, only a new head is trained, which takes a part of
// the time and memory. Own pictures and weights: FineTuning FOLDER WEIGHTS, a folder a class and a safetensors file of MobileNetV2.
using GpuNet;

using Device device = Device.Open();
string folder = args.Length > 0 ? args[0] : "", weights = args.Length > 1 ? args[1] : "";
ImageData images = folder.Length > 0 ? ImageFolder.Open(folder) : Datasets.Open("shapes:train=960,test=400,seed=2");
if (weights.Length == 0)
    weights = Pretrain(device);

double width = folder.Length > 0 ? 1 : 0.35;
using Model model = Models.MobileNetV2(images.Classes, width, images.Height).On(device);
Console.WriteLine(model.Load(weights, except: "classifier"));
model.Freeze("features");

using var training = new Training(model, images)
{
    Epochs = 4,
    Optimizer = new AdamW { Decay = 0.01f },
    Schedule = new CosineSchedule(2e-3f),
    AverageDecay = 0.95f,
};
foreach (Epoch e in training.Run())
    Console.WriteLine($"{e.Number}: loss {e.Loss:F3}, accuracy {e.Test.Accuracy:P1}, of the averaged weights {e.Average!.Accuracy:P1}");
Console.WriteLine($"{training.PlanBytes >> 20} MiB of activations");

// Where there are no weights yet: some made in half a minute, on other drawings of the same kind.
static string Pretrain(Device device)
{
    ImageData shapes = Datasets.Open("shapes:train=8000,test=200");
    using Model model = Models.MobileNetV2(shapes.Classes, width: 0.35, shapes.Height).On(device);
    using var training = new Training(model, shapes) { Epochs = 3, Schedule = new OneCycleSchedule(0.05f) };
    foreach (Epoch e in training.Run())
        Console.WriteLine($"before: loss {e.Loss:F3}, accuracy {e.Test.Accuracy:P1}");
    string folder = Path.Combine(Path.GetTempPath(), $"gpunet-sample-{Environment.ProcessId}");
    model.Save(folder);
    return Path.Combine(folder, "model.safetensors");
}
