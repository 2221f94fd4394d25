using System.Globalization;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Lab.Postgres;

namespace Mahavishnu.Agents.Lab.Scenarios;

/// <summary>What every scenario with databases expects at its end of the rows that were written.</summary>
internal static class DatabaseVerdict
{
    /// <summary>Stops the writer, counts the rows where the primary is now, and records what holds. Nothing without databases.</summary>
    public static async Task JudgeAsync(LabRun run, bool synchronous, CancellationToken cancellationToken)
    {
        if (run is not { Writer: { } writer, World.Databases: { } databases, Measured: { FaultAt: { } faultAt, Killed: { } killed } })
        {
            return;
        }

        await writer.StopAsync();
        var (rows, leaderDied) = (writer.Rows, run.Measured.LeaderBefore == $"{killed}-1");
        if (rows.Count == 0)
        {
            run.Expect("rows are written", false, "none was acknowledged");
            return;
        }

        var primary = run.Regions.First(r => databases[r].Port == rows[^1].Port);
        var planned = run.Saga("Failover", killed)?.AtRisk?.FirstOrDefault(static r => r.Store == StoreNames.Postgresql)?.Seconds;
        var report = run.Measured.Rows = PostgresReport.Of(
            rows, await databases.RequestsAsync(primary, cancellationToken), writer.Since(faultAt), planned is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        var limit = leaderDied ? run.Timing.RtoLimitLeaderLost : run.Timing.RtoLimit;
        run.Expect(
            $"another region takes writes ({(leaderDied ? "the leader died too" : "the leader lives")})",
            report.FirstWriteSeconds <= limit.TotalSeconds,
            string.Create(CultureInfo.InvariantCulture, $"after {report.FirstWriteSeconds?.ToString("0.00", CultureInfo.InvariantCulture) ?? "never"} s; limit {limit.TotalSeconds:0.#} s"));
        run.Expect(
            synchronous ? "no acknowledged row is lost" : "no more is lost than the plan stated",
            report.Lost == 0 || (!synchronous && report.LostSeconds <= report.PlannedLoss),
            string.Create(CultureInfo.InvariantCulture, $"{report.Lost} of {report.Acknowledged}, back to {report.LostSeconds:0.000} s before the fault; the plan said {report.PlannedLoss?.ToString("0.000", CultureInfo.InvariantCulture) ?? "unknown"} s"));
        run.Expect("no row is there twice", report.Duplicated == 0, report.Duplicated.ToString(CultureInfo.InvariantCulture));
        run.Expect(
            "the planned return stops writes only shortly",
            report.SwitchoverSeconds <= run.Timing.SwitchoverLimit.TotalSeconds,
            string.Create(CultureInfo.InvariantCulture, $"for {report.SwitchoverSeconds?.ToString("0.00", CultureInfo.InvariantCulture) ?? "unknown"} s; limit {run.Timing.SwitchoverLimit.TotalSeconds:0.#} s"));
    }

    /// <summary>Makes the killed region's database a standby of the primary before the region returns, as an operator would. The other standby follows by itself.</summary>
    public static async Task RepairAsync(LabRun run, RegionId revived, CancellationToken cancellationToken)
    {
        if (run is not { Writer: { } writer, World.Databases: { } databases } || writer.Rows is not [.., var last])
        {
            return;
        }

        var primary = run.Regions.First(r => databases[r].Port == last.Port);
        run.Timeline.Add($"PostgreSQL of {revived} is made a standby of {primary} anew");
        await databases.FollowAsync(primary, [revived], cancellationToken);
    }
}
