using System.Text.Json;

namespace GpuNet.Bench.Comparison;

/// <summary>
/// Rounds of GpuNet and its peers, back to back: for every work each program runs in a fresh process, one right after the other, in
/// an order that turns round by round, so that a machine whose speed drifts does so for all alike.
/// </summary>
internal sealed class Measurement(IReadOnlyList<Peer> programs, IReadOnlyList<Row> rows, ColdStart coldStart, Action<string> progress)
{
    private readonly Dictionary<string, string> versions = [];

    /// <summary>The table, without the rows of peers that are not here.</summary>
    public IReadOnlyList<Row> Rows { get; } = [.. rows.Where(r => programs.Any(p => p.Name == r.Peer))];

    public ColdStart ColdStart => coldStart;

    /// <summary>What each program said it is.</summary>
    public IReadOnlyDictionary<string, string> Versions => versions;

    /// <summary>Runs the rounds.</summary>
    public void Run(int rounds)
    {
        Work[] works = [.. Rows.Select(r => r.Work).Distinct()];
        for (int round = 0; round < rounds; round++)
        {
            foreach (Work work in works)
            {
                Peer[] taking = [.. programs.Where(p => p is GpuNetPeer || Rows.Any(r => r.Work == work && r.Peer == p.Name))];
                if (round % 2 == 1)
                    Array.Reverse(taking);
                Dictionary<string, JsonElement> figures = taking.ToDictionary(p => p.Name, p => p.Measure(work));
                Keep(work, figures);
                string values = string.Join(
                    ", ", figures.Select(f => $"{f.Key} {Figure.Text(f.Value.GetProperty("inference_ms").GetDouble())} ms"));
                progress($"round {round + 1} of {rounds}: {work.Network}, {work.Conditions}: {values}");
            }
            coldStart.Measure();
            progress($"round {round + 1} of {rounds}: first result of gpunet predict: {Figure.Text(coldStart.Rounds[^1])} s");
        }
    }

    private void Keep(Work work, Dictionary<string, JsonElement> figures)
    {
        foreach (Row row in Rows.Where(r => r.Work == work))
        {
            row.Rounds.Add((figures[GpuNetPeer.Title].GetProperty(row.Metric).GetDouble(),
                figures[row.Peer].GetProperty(row.Metric).GetDouble()));
        }
        foreach ((string name, JsonElement f) in figures)
        {
            versions[name] = f.TryGetProperty("peer", out JsonElement peer)
                ? peer.GetString()!
                : $"GpuNet {f.GetProperty("version").GetString()} (device cpu, {f.GetProperty("kernel_compiler").GetString()})";
        }
    }
}
