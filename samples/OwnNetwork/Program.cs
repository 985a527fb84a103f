// A network of one's own, layer by layer, trained on images that the library draws.
using GpuNet;

ImageData shapes = Datasets.Open("shapes:train=8000,test=400");
using Device device = Device.Open();
using Model model = Models.Define("two-branches", new Shape(N: 1, H: 32, W: 32, C: 3), shapes.Classes, net =>
{
    Value x = net.ConvNorm("stem", net.Input, 16, new Window(3, stride: 2), ActivationKind.Silu);
    Value near = net.ConvNorm("near", x, 32, new Window(3, stride: 2), ActivationKind.Silu);
    Value far = net.ConvNorm("far", x, 32, new Window(5, stride: 2), ActivationKind.Silu);
    x = net.AttentionFusion("fusion", near, far, channels: 48, heads: 4);
    x = net.SqueezeExcite("gate", x, width: 12);
    net.Output(net.Linear("classifier", net.GlobalAveragePool("pool", x), net.Classes, Initializer.Normal(0.01f)));
}).On(device);

using var training = new Training(model, shapes) { Epochs = 5, Batch = 32, Schedule = new OneCycleSchedule(0.1f) };
foreach (Epoch e in training.Run())
    Console.WriteLine($"{e.Number}: loss {e.Loss:F3}, accuracy {e.Test.Accuracy:P1}");
