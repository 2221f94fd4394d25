using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Regions;
using Npgsql;

namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>Ends the recovery of one standby.</summary>
internal sealed class PostgresPromotion(PostgresCalls calls, RegionId region, TimeProvider time)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(25);

    /// <summary>Promotes, and waits until recovery has ended. Asking twice does no harm: the server remembers one request.</summary>
    /// <returns>Null when it is a primary now, or why it is not.</returns>
    public async Task<DataAnswer<PostgresFence>?> RunAsync(
        PostgresSession session, PostgresFence replicated, long token, TimeSpan wait, CancellationToken stop)
    {
        if (token < replicated.Token)
        {
            return calls.Refuse<PostgresFence>($"is not promoted: token {token} is stale: this server has seen token {replicated.Token}");
        }

        if (token == replicated.Token && !replicated.Fenced && replicated.Region is { } open && open != region)
        {
            return calls.Refuse<PostgresFence>($"is not promoted: token {token} has opened {open} and cannot open {region} too");
        }

        if (await AskAsync(session, "select case when pg_is_in_recovery() then pg_is_wal_replay_paused() else false end", stop))
        {
            return calls.Refuse<PostgresFence>("is not promoted: its replay is paused; find out why, then call pg_wal_replay_resume()");
        }

        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        if (!await AskAsync(session, "select case when pg_is_in_recovery() then pg_promote(true, $1) else true end", stop, seconds))
        {
            return new DataAnswer<PostgresFence>.Unknown($"{calls.Name}: promotion is still under way after {seconds} s; ask again");
        }

        while (await AskAsync(session, "select pg_is_in_recovery()", stop))
        {
            await Task.Delay(PollInterval, time, stop);
        }

        return null;
    }

    private static async Task<bool> AskAsync(PostgresSession session, string question, CancellationToken stop, int? argument = null)
    {
        await using var command = new NpgsqlCommand(question, session.Connection);
        if (argument is { } value)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return (bool)(await command.ExecuteScalarAsync(stop))!;
    }
}
