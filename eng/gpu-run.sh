#!/usr/bin/env bash
# Proves and measures GpuNet on this machine's CUDA card: run.sh [RESULTS [SECONDS]]. Needs neither .NET nor a network; PyTorch where there is
# to be something to compare with (PYTHON names its interpreter). Results go to RESULTS, else $OUT, else ./gpu-results, as at most eight files,
# and what a part had so far stays if its time is over. Exit code: 0 if every part did what it should, 1 if not, 3 without a card.
set -u
bin=$(cd "$(dirname "$0")" && pwd)/bin
results=${1:-${OUT:-gpu-results}}
limit=${2:-570}
mkdir -p "$results" || exit 1
results=$(cd "$results" && pwd)
summary=$results/summary.txt
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
: > "$summary"
failed=0

say() { echo "$*" | tee -a "$summary"; }

# part NAME SECONDS FILE COMMAND...: the end of what it printed is added to FILE.
part() {
    local name=$1 most=$2 file=$3 begin=$SECONDS code
    shift 3
    timeout -k 5 "$most" "$@" > part.txt 2>&1
    code=$?
    { echo "== $name"; tail -c 4000000 part.txt; } >> "$results/$file"
    case $code in
    0) say "$name: done in $((SECONDS - begin)) s" ;;
    124 | 137) say "$name: cut off after $((SECONDS - begin)) s"; failed=1 ;;
    *) say "$name: ended with $code after $((SECONDS - begin)) s: $(tail -n 1 part.txt)"; failed=1 ;;
    esac
}

# keep NAME END: the report that ends so, under a name of its own.
keep() {
    local file
    for file in reports/*"$1"; do
        [ -f "$file" ] && cp "$file" "$results/$2"
    done
}

rm -f "$results"/{devices,tests,output}.txt "$results"/{operators,comparison}.{md,json}
part devices 30 devices.txt "$bin/gpunet" devices
sed 's/^/    /' "$results/devices.txt" | tee -a "$summary"

if ! grep -E '^cuda:[0-9]+ ' "$results/devices.txt" | grep -vq 'not usable'; then
    say "no CUDA card can be used: $(sed -n 's/^cuda.*not usable: //p' "$results/devices.txt" | head -n 1)"
    say "only what needs none is proved: that every kernel compiles for CUDA, and what is asked of its driver"
    part "tests without a card" $((limit - SECONDS)) tests.txt "$bin/GpuNet.Tests" --no-progress \
        --filter 'FullyQualifiedName~PtxTests|FullyQualifiedName~LaunchGraphTests|FullyQualifiedName~TestDevicesTests'
    grep -E '^ *(total|failed|succeeded|skipped):' "$results/tests.txt" | tee -a "$summary"
    exit 3
fi

# A test's name holds the device it runs on.
part "tests on the card" 170 tests.txt "$bin/GpuNet.Tests" --no-progress \
    --filter 'Name~cuda|Name~Cards_give|Name~A_card|FullyQualifiedName~PtxTests|FullyQualifiedName~LaunchGraphTests'
grep -E '^ *(total|failed|succeeded|skipped):|^failed ' "$results/tests.txt" | head -n 60 | tee -a "$summary"

# Together they take what is left: operators 40 % of it.
left=$((limit - SECONDS))
most=$((left * 40 / 100))
part operators $((most + 15)) output.txt "$bin/GpuNet.Bench" operators --short --device cuda --seconds $most --out reports
keep -operators.md operators.md
keep -operators.json operators.json

left=$((limit - SECONDS))
part comparison "$left" output.txt "$bin/GpuNet.Bench" compare-gpu --rounds 3 --python "${PYTHON:-python3}" --seconds $((left * 60 / 100)) --out reports
keep -comparison.md comparison.md
keep -comparison.json comparison.json
[ -f "$results/comparison.md" ] && grep '^|' "$results/comparison.md" | tee -a "$summary"
exit $failed
