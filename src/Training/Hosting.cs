using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace GpuNet;

/// <summary>Brings a model into an application that is built on Microsoft.Extensions.DependencyInjection.</summary>
public static partial class ModelServices
{
    /// <summary>
    /// Adds a saved model as a singleton <see cref="Model"/>, and its <see cref="Device"/>. Both are opened, and the model runs once, when
    /// the application starts, so that a missing file is an error then and the first request does not wait. Any number of requests may use
    /// the model at a time.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="path">Folder of the model, or the file in it; see <see cref="Model.Open"/>.</param>
    /// <param name="configure">Where it runs, and what else there is to choose.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddGpuNetModel(
        this IServiceCollection services, string path, Action<ModelServiceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (services.Any(s => s.ServiceType == typeof(Model)))
            throw new InvalidOperationException("An application has one model by this way; register others as services of your own.");
        var options = new ModelServiceOptions();
        configure?.Invoke(options);
        services.TryAddSingleton(_ => Device.Open(options.Device, options.DeviceOptions));
        services.AddSingleton(provider => Model.Open(path, provider.GetRequiredService<Device>(), options.Define));
        services.AddHostedService(provider => new WarmUp(provider, path));
        return services;
    }

    /// <summary>Opens device and model before the first request, and says so.</summary>
    private sealed partial class WarmUp(IServiceProvider provider, string path) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            ILogger logger = provider.GetRequiredService<ILoggerFactory>().CreateLogger("GpuNet.Model");
            Model model = provider.GetRequiredService<Model>();
            model.Run(model.Spec.Build(1).Inputs.ToDictionary(
                i => i.Key,
                i => i.Value.Type == ElementType.Int32 ? (Array)new int[i.Value.Shape.Elements] : new float[i.Value.Shape.Elements]));
            LogReady(logger, path, model.Spec.Name, model.Classes.Count, model.Device);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        [LoggerMessage(LogLevel.Information, "{Path}: {Network} of {Classes} classes is ready on {Device}")]
        private static partial void LogReady(ILogger logger, string path, string network, int classes, Device device);
    }
}

/// <summary>How <see cref="ModelServices.AddGpuNetModel"/> opens a model.</summary>
public sealed class ModelServiceOptions
{
    /// <summary>Name of the device, or <c>auto</c>.</summary>
    public string Device { get; set; } = "auto";

    /// <summary>Threads, precision and the like.</summary>
    public DeviceOptions DeviceOptions { get; set; } = new();

    /// <summary>The definition of a network that is not in the catalogue; see <see cref="Model.Open"/>.</summary>
    public Action<NetworkBuilder>? Define { get; set; }
}
