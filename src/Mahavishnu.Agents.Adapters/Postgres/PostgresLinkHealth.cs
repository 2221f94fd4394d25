using System.Globalization;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>What is wrong with a server's exchange with others that write too. A pure function of what was read.</summary>
public static class PostgresLinkHealth
{
    /// <summary>The last version whose own logical replication cannot run in both directions.</summary>
    private const int OneWayUntil = 160000;

    /// <summary>The findings, worst first.</summary>
    /// <param name="reading">What the server said.</param>
    /// <param name="own">The server's node, as configured.</param>
    /// <param name="others">The nodes of the other regions.</param>
    /// <param name="fenced">The nodes whose region is fenced: nothing is to be received from them.</param>
    /// <param name="down">Since when each subscription does not run, by its name.</param>
    /// <param name="slotLimitBytes">How much an idle slot may keep; null when it is not limited.</param>
    public static IReadOnlyList<StoreFinding> Findings(
        PostgresLinkReading reading, string own, IReadOnlyCollection<string> others, IReadOnlySet<string> fenced, IReadOnlyDictionary<string, TimeSpan> down, long? slotLimitBytes)
    {
        ArgumentNullException.ThrowIfNull(reading);
        ArgumentNullException.ThrowIfNull(others);
        ArgumentNullException.ThrowIfNull(fenced);
        ArgumentNullException.ThrowIfNull(down);
        var findings = others.SelectMany(o => OfNode(reading, o, fenced.Contains(o), down)).ToList();
        if (reading.Node is { } node && node != own)
        {
            findings.Add(Critical("L-05", $"{node}: is this server's node in pglogical, and {own} is configured; set database.postgresql.primary_regions[].node"));
        }

        if (reading.Published.Contains("fence"))
        {
            findings.Add(Critical("L-06", "mahavishnu.fence: is replicated, so that one region's fence closes the others; take it out of the publication or replication set"));
        }

        if (!reading.Published.Contains("heartbeat"))
        {
            findings.Add(Warning("L-07", "mahavishnu.heartbeat: is not replicated, so that the others cannot tell how far they are behind; add it to the publication, or run `mahavishnu-agent postgres install` again"));
        }

        findings.AddRange(reading.Slots.Where(static s => s.Lost).Select(static s => Critical("L-08", $"{s.Name}: log that the slot needs was removed; whoever held it must be copied anew")));
        findings.AddRange(reading.Slots.Where(static s => s is { Active: false, Lost: false }).Select(s => Warning("L-09", Text(
            $"{s.Name}: nobody streams from the slot, and it keeps {s.RetainedBytes ?? 0} bytes{(slotLimitBytes is { } limit ? Text($" of {limit}; beyond that it is dropped, and whoever held it must be copied anew") : ", without a limit but the server's own")}"))));
        return [.. findings.OrderByDescending(static f => f.Severity)];
    }

    private static IEnumerable<StoreFinding> OfNode(PostgresLinkReading reading, string other, bool fenced, IReadOnlyDictionary<string, TimeSpan> down)
    {
        if (reading.Links.FirstOrDefault(l => l.IsFrom(other)) is not { } link)
        {
            yield return Critical("L-01", $"{other}: nothing is received from it; create a pglogical subscription to node {other}, or a native one called from_{other}");
            yield break;
        }

        if (!link.Enabled && !fenced)
        {
            yield return Critical("L-02", $"{link.Name}: the subscription to {other} is disabled, though {other} is not fenced");
        }
        else if (!fenced && down.GetValueOrDefault(link.Name) is { Ticks: > 0 } since)
        {
            yield return Critical("L-03", Text($"{link.Name}: the subscription to {other} has been {link.Status} for {since.TotalSeconds:0} s; the log of {other}'s server says why"));
        }

        if (link is { Loops: true, Kind: PostgresLink.Native } && reading.Version < OneWayUntil)
        {
            yield return Critical("L-04", $"{link.Name}: native replication of PostgreSQL {reading.Version / 10000} cannot run in both directions, since it has no origin = none: rows would go round; use pglogical, or version 16");
        }
        else if (link.Loops)
        {
            yield return Critical("L-04", $"{link.Name}: takes what {other} has from elsewhere, so that rows go round; set {(link.Kind == PostgresLink.Native ? "origin = none" : "forward_origins := '{}'")}");
        }
    }

    private static StoreFinding Critical(string rule, string sentence) => new(rule, FindingSeverity.Critical, sentence);

    private static StoreFinding Warning(string rule, string sentence) => new(rule, FindingSeverity.Warning, sentence);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
