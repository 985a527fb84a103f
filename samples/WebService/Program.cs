// A web service that classifies pictures: WebService MODEL [--urls http://127.0.0.1:8080]
//   curl --data-binary @rose.jpg http://127.0.0.1:8080/classify
using GpuNet;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Services.AddGpuNetModel(args[0]);
WebApplication app = builder.Build();
app.MapPost("/classify", async (Stream body, Model model) => model.Predict(await Image.ReadAsync(body), top: 3));
app.Run();
