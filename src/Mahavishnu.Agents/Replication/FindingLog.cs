using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Replication;

/// <summary>Tells of each finding about a store once when it comes, by its rule and server, and once when it is gone.</summary>
internal sealed partial class FindingLog(string store, ILogger logger)
{
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Looks at what is found now.</summary>
    /// <param name="problem">Why nothing is known of the store; null when it answers.</param>
    /// <param name="findings">What is not as it should be. A sentence begins with the server's or link's name and a colon, which tells findings of one rule apart.</param>
    public void Look(string? problem, IReadOnlyList<StoreFinding> findings)
    {
        var now = findings.Select(static f => (Key: $"{f.Rule} {f.Sentence.Split(": ")[0]}", f.Sentence)).DistinctBy(static f => f.Key).ToDictionary(static f => f.Key, static f => f.Sentence);
        if (problem is not null)
        {
            now["silence"] = problem;
        }

        foreach (var (key, sentence) in now.Where(n => _told.Add(n.Key)))
        {
            LogFound(store, key, sentence);
        }

        foreach (var gone in _told.Where(t => !now.ContainsKey(t)).ToList())
        {
            _told.Remove(gone);
            LogGone(store, gone);
        }
    }

    [LoggerMessage(1621, LogLevel.Warning, "{Store} of this region, {Finding}: {Sentence}")]
    private partial void LogFound(string store, string finding, string sentence);

    [LoggerMessage(1622, LogLevel.Information, "{Store} of this region, {Finding}: is over")]
    private partial void LogGone(string store, string finding);
}
