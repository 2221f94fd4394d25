using System.Globalization;

namespace Mahavishnu.Agents.Core.Replication;

/// <summary>How full a server's disk is, by its own figures against what it is configured to have.</summary>
/// <remarks>
/// The figures of the application's database and of the log are all that a server tells of its disk; what else lies there is not seen.
/// The thresholds are those of common disk alarms.
/// </remarks>
public static class DiskFill
{
    private const double Warn = 0.8;
    private const double Alarm = 0.9;

    /// <summary>The share that is used, 0 and more; null when the server does not tell.</summary>
    /// <param name="databaseBytes">The size of the database.</param>
    /// <param name="walBytes">The size of the log; null when it is not told.</param>
    /// <param name="capacityBytes">What there is, greater than zero; null when that is not configured.</param>
    public static double? Share(long databaseBytes, long? walBytes, long? capacityBytes) =>
        capacityBytes is not > 0 || walBytes is not { } wal ? null : (databaseBytes + (double)wal) / capacityBytes.Value;

    /// <summary>What is to be said of it; null when there is room, or when it is not known.</summary>
    /// <param name="rule">The rule's name.</param>
    /// <param name="share">The share that is used.</param>
    /// <param name="capacityBytes">What there is.</param>
    public static StoreFinding? Finding(string rule, double? share, long? capacityBytes) => share is not { } used || used < Warn ? null : new StoreFinding(
        rule,
        used < Alarm ? FindingSeverity.Warning : FindingSeverity.Critical,
        string.Create(CultureInfo.InvariantCulture, $"disk: database and log use {used:P0} of the configured {capacityBytes!.Value / 1e9:0.#} GB; a full disk stops the server: free it, enlarge it, or drop slots that nobody fetches"));
}
