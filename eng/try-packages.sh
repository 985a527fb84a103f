#!/usr/bin/env bash
# Packs the library and the tool, and tries both as a new user would: in an empty folder, from the packed files alone, README's program is
# compiled and run, then the tool. eng/try-packages.sh [FOLDER]; the packages stay in artifacts/package.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
packages=$root/artifacts/package/release
rm -rf "$packages"
dotnet pack src/Package -c Release --nologo -v q
dotnet pack src/Cli -c Release --nologo -v q
ls "$packages"

work=${1:-$(mktemp -d)}
mkdir -p "$work/program" "$work/prepare"
cd "$work"
# Packages of this version may lie in the user's cache from an earlier run, with other content.
export NUGET_PACKAGES=$work/packages
version=$(basename "$packages"/GpuNet.[0-9]*.nupkg .nupkg)
version=${version#GpuNet.}
cat > nuget.config <<XML
<configuration><packageSources><add key="packed" value="$packages" /></packageSources></configuration>
XML
project() {
  cat <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
  </PropertyGroup>
  <ItemGroup><PackageReference Include="GpuNet" Version="$version" /></ItemGroup>
</Project>
XML
}
project > program/program.csproj
project > prepare/prepare.csproj
# README's first program, as it stands.
awk '/^```csharp$/{on=1; next} /^```$/{if (on) exit} on' "$root/README.md" > program/Program.cs
# What it reads: pictures in a folder a class, weights under torchvision's names, and one picture more.
cat > prepare/Program.cs <<'CS'
using GpuNet;

string folder = args[0];
ImageData shapes = Datasets.Open("shapes:train=60,test=1");
var sample = new Sample(shapes.Train.Fields);
for (int i = 0; i < shapes.Train.Count; i++)
{
    shapes.Train.Read(i, default, sample);
    var picture = new Image(shapes.Height, shapes.Width);
    ReadOnlySpan<float> values = sample.Floats("input");
    for (int p = 0; p < values.Length; p++)
        picture.Pixels[p] = (byte)Math.Clamp(128 + (64 * values[p]), 0, 255);
    string of = shapes.Classes[sample.Integers("labels")[0]];
    Directory.CreateDirectory(Path.Combine(folder, "flowers", of));
    picture.Save(Path.Combine(folder, "flowers", of, $"{i}.jpg"));
    picture.Save(Path.Combine(folder, "rose.jpg"));
}
using Device device = Device.Open();
using Model model = Models.MobileNetV2().On(device);
model.Save(folder);
File.Move(Path.Combine(folder, "model.safetensors"), Path.Combine(folder, "mobilenet_v2.safetensors"));
CS
dotnet run -c Release --project prepare -- "$work"
dotnet run -c Release --project program
test -s flowers-model/model.safetensors

dotnet tool install GpuNet.Tool --version "$version" --tool-path tool --add-source "$packages"
tool/gpunet --version
tool/gpunet predict flowers-model rose.jpg --top 2
tool/gpunet train --data folder:flowers --weights mobilenet_v2.safetensors --freeze features --epochs 1 --out run
tool/gpunet eval run
tool/gpunet predict run rose.jpg
echo "the packages work"
