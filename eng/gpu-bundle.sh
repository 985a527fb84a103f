#!/usr/bin/env bash
# Makes one archive of the command, the tests and the benchmarks that runs on a Linux machine with a card, without .NET and without a
# network: eng/gpu-bundle.sh [FOLDER]. Unpack it there and start run.sh; see README.md, "On a GPU".
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-artifacts/gpu-bundle}
archive=$folder.tar.xz
rm -rf "$folder" "$archive"
mkdir -p "$folder/bin"

# The three share one folder, and with it the runtime and everything else they have in common.
for project in src/Cli tests bench; do
    dotnet publish "$project" -c Release -r linux-x64 --self-contained true -o "$folder/bin" --nologo -v:q \
        -p:DebugType=none -p:DebugSymbols=false -p:SatelliteResourceLanguages=en -p:CopyDebugSymbolFilesFromPackages=false
done
# What only developers, debuggers and Windows need.
rm -f "$folder"/bin/*.pdb "$folder"/bin/createdump "$folder"/bin/libmscordaccore.so "$folder"/bin/libmscordbi.so
rm -rf "$folder"/bin/amd64 "$folder"/bin/x86 "$folder"/bin/arm64 "$folder"/bin/runtimes/win*
for documentation in "$folder"/bin/*.xml; do
    rm -f "$documentation"
done
cp eng/gpu-run.sh "$folder/run.sh"
chmod +x "$folder/run.sh"
tar -C "$(dirname "$folder")" -cf - "$(basename "$folder")" | xz -T0 -9 > "$archive"
size=$(stat -c %s "$archive")
echo "$archive: $((size >> 20)) MiB, unpacked $(du -sm "$folder" | cut -f1) MiB"
if [ "$size" -gt $((60 << 20)) ]; then
    echo "gpu-bundle: larger than 60 MiB" >&2
    exit 1
fi
