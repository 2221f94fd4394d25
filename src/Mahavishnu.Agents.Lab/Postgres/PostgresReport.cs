namespace Mahavishnu.Agents.Lab.Postgres;

/// <summary>What became of the rows of a run, as <c>lab --json</c> prints it.</summary>
/// <param name="Acknowledged">Rows that the application acknowledged.</param>
/// <param name="Surviving">Those of them that the primary has at the end.</param>
/// <param name="Lost">Those that it has not.</param>
/// <param name="Duplicated">Rows that it has more than once.</param>
/// <param name="FirstWriteSeconds">From the fault to the first row that another server took; null when none did.</param>
/// <param name="SwitchoverSeconds">The longest time without a row around the planned return; null when there was none.</param>
/// <param name="PlannedLoss">Seconds of writes that the plan said may be lost; null when it did not know, or there was no plan.</param>
/// <param name="LostSeconds">How long before the fault the oldest lost row was acknowledged; 0 when none is lost.</param>
internal sealed record PostgresReport(
    int Acknowledged, int Surviving, int Lost, int Duplicated, double? FirstWriteSeconds, double? SwitchoverSeconds, double? PlannedLoss, double LostSeconds)
{
    /// <summary>Counts.</summary>
    /// <param name="rows">The rows that were acknowledged, in their order.</param>
    /// <param name="stored">How often each request is in the primary's database at the end.</param>
    /// <param name="faultAt">When the fault struck.</param>
    /// <param name="plannedLoss">What the plan said may be lost.</param>
    public static PostgresReport Of(IReadOnlyList<AcknowledgedRow> rows, IReadOnlyDictionary<Guid, long> stored, TimeSpan faultAt, TimeSpan? plannedLoss)
    {
        var lost = rows.Where(r => !stored.ContainsKey(r.Request)).ToList();
        var before = rows.LastOrDefault(r => r.At <= faultAt);
        var moves = rows.Zip(rows.Skip(1)).Where(static p => p.First.Port != p.Second.Port).ToList();
        var first = moves.FirstOrDefault(m => m.First.Port == before.Port && m.Second.At > faultAt).Second;
        return new PostgresReport(
            rows.Count,
            rows.Count - lost.Count,
            lost.Count,
            stored.Values.Count(static times => times > 1),
            first.Request == default ? null : Seconds(first.At - faultAt),
            moves.Count < 2 ? null : Seconds(moves[^1].Second.At - moves[^1].First.At),
            plannedLoss is { } planned ? Seconds(planned) : null,
            lost.Count == 0 ? 0 : Seconds(TimeSpan.FromTicks(Math.Max(0, (faultAt - lost[0].At).Ticks))));
    }

    private static double Seconds(TimeSpan span) => Math.Round(span.TotalSeconds, 3);
}
