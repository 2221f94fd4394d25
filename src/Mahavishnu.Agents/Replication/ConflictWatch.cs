using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Replication;

/// <summary>
/// Decides the conflicts that this region hears of, and writes each decision into its own database, as every other region does in its
/// own: the decision depends on the versions alone, so all come to the same. Each is kept with the versions that lost.
/// </summary>
internal sealed partial class ConflictWatch : StoreWatch
{
    /// <summary>The name under which it is shown.</summary>
    public const string Name = "conflicts";

    private const int Most = 200;

    /// <summary>How often a decision is made anew because another one for its row came first.</summary>
    private const int Attempts = 3;

    private static readonly StoreGauge Decided = new("conflicts_total", "Conflicts that this process has decided, by what came of them: superseded, agreed, restored, replaced, deleted, or refused.", "strategy", "outcome");
    private static readonly StoreGauge Waiting = new("conflicts_waiting", "Conflicts that could not be decided at the last look.");

    private readonly IConflictSource _source;
    private readonly PostgresConflicts _conflicts;
    private readonly IReadOnlyDictionary<string, ConflictStrategy> _strategies;
    private readonly TimeSpan _timeout;
    private readonly TimeSpan _offset;
    private readonly ILogger<ConflictWatch> _logger;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<(string Strategy, string Outcome), long> _counts = [];
    private (TimeSpan? At, string? Problem, IReadOnlyList<string> Waiting) _seen = (null, "not asked yet", []);

    /// <summary>Prepares the loop.</summary>
    /// <param name="source">Where conflicts come from.</param>
    /// <param name="conflicts">The region's own database, with connections of its own.</param>
    /// <param name="strategies">How the conflicts of each table are decided.</param>
    /// <param name="interval">How often it is looked.</param>
    /// <param name="timeout">For one request.</param>
    /// <param name="offset">By how much a version may be ahead of this agent's clock.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">Where decisions are told.</param>
    public ConflictWatch(
        IConflictSource source, PostgresConflicts conflicts, IReadOnlyDictionary<string, ConflictStrategy> strategies, TimeSpan interval, TimeSpan timeout, TimeSpan offset, AgentClock clock, ILogger<ConflictWatch> logger)
        : base(Name, interval, clock, logger) =>
        (_source, _conflicts, _strategies, _timeout, _offset, _logger) = (source, conflicts, strategies, timeout, offset, logger);

    /// <inheritdoc />
    public override StoreView View()
    {
        lock (_gate)
        {
            return new StoreView(Store, Clock.Now - _seen.At, _seen.Problem, new { waiting = _seen.Waiting.Count, decided = _counts.Select(static c => new { strategy = c.Key.Strategy, outcome = c.Key.Outcome, count = c.Value }).ToList() })
            {
                Findings =
                [
                    .. _seen.Waiting.Take(5).Select(static w => new StoreFinding("C-01", FindingSeverity.Warning, w)),
                    .. _counts.Where(static c => c.Key.Outcome == PostgresOutcome.Refused).Select(static c => new StoreFinding("C-02", FindingSeverity.Warning, FormattableString.Invariant($"{c.Key.Strategy}: {c.Value} conflicts were refused since the start; mahavishnu.conflict_log says why"))),
                ],
                Values = [Waiting.Of(_seen.Waiting.Count), .. _counts.Select(static c => Decided.Of(c.Value, c.Key.Strategy, c.Key.Outcome))],
            };
        }
    }

    /// <inheritdoc />
    protected override async Task LookAsync(CancellationToken cancellationToken)
    {
        var at = Clock.Now;
        var waiting = new List<string>();
        var answer = await _source.ReadAsync(Most, cancellationToken);
        foreach (var message in answer is DataAnswer<IReadOnlyList<ConflictMessage>>.Ok { Value: var messages } ? messages : [])
        {
            if (await DecideAsync(message, cancellationToken) is { } why)
            {
                waiting.Add(why);
            }
            else
            {
                await _source.DoneAsync(message, cancellationToken); // One that comes again is found to be decided.
            }
        }

        lock (_gate)
        {
            _seen = (at, answer.Problem, waiting);
        }
    }

    /// <summary>Decides one conflict; null when it is decided and kept, else what it waits for.</summary>
    private async Task<string?> DecideAsync(ConflictMessage message, CancellationToken cancellationToken)
    {
        var (conflict, id, problem) = ConflictEvent.Read(message.Text);
        if (conflict is null)
        {
            LogUnreadable(problem);
            return id is { } known
                ? await RefuseAsync(new PostgresDecision(known, "unreadable", "{}", "none", "", message.Text, 0, null), problem, cancellationToken)
                : Count("none", "unreadable");
        }

        if (!_strategies.TryGetValue(conflict.Table, out var strategy))
        {
            return await RefuseAsync(Of(conflict, "none", null, [], null), $"table {conflict.Table} is not named in database.postgresql.conflicts.tables", cancellationToken);
        }

        if (conflict.Latest.Ahead(Clock.Wall) is var ahead && ahead > _offset)
        {
            return FormattableString.Invariant($"{conflict.Id}: a version of {conflict.Table} is {ahead.TotalSeconds:0.#} s ahead of this agent's clock; it is decided when it is no more than {_offset.TotalSeconds:0.#} s");
        }

        for (var attempt = 1; ; attempt++)
        {
            var (outcome, waits) = await TryAsync(conflict, strategy, cancellationToken);
            if (outcome is not { Name: "again" } || attempt == Attempts)
            {
                return waits ?? (outcome!.Name == "again" ? $"{conflict.Id}: other decisions for its row come first" : null);
            }
        }
    }

    private async Task<(PostgresOutcome? Outcome, string? Waits)> TryAsync(ConflictEvent conflict, ConflictStrategy strategy, CancellationToken cancellationToken)
    {
        var asked = await _conflicts.StandingAsync(conflict.Id, conflict.Table, conflict.Key, _timeout, cancellationToken);
        if (asked is not DataAnswer<PostgresStanding>.Ok { Value: var standing })
        {
            return (null, $"{conflict.Id}: {asked.Problem}");
        }

        if (standing.Decided)
        {
            return (new PostgresOutcome("already", ""), null);
        }

        // What won before counts as one more version, so that it does not matter in which order conflicts of one row are heard of.
        var prior = standing.Winner is { } text ? ConflictEvent.ReadVersion(text).Version : null;
        var (winner, losers) = strategy.Decide(prior is null ? conflict.Versions : conflict.Versions.Append(prior));
        var decision = Of(conflict, strategy.Name, winner, losers, standing.Prior);
        var answer = await _conflicts.DecideAsync(decision, _timeout, cancellationToken);
        if (answer is not DataAnswer<PostgresOutcome>.Ok { Value: var outcome })
        {
            return (null, $"{conflict.Id}: {answer.Problem}");
        }

        if (outcome.Name == PostgresOutcome.Refused)
        {
            return (outcome, await RefuseAsync(decision, outcome.Detail, cancellationToken));
        }

        if (outcome.Name is not ("again" or "already"))
        {
            Count(strategy.Name, outcome.Name);
            LogDecided(conflict.Id, conflict.Table, strategy.Name, winner.Region.Value, outcome.Name);
        }

        return (outcome, null);
    }

    private async Task<string?> RefuseAsync(PostgresDecision decision, string reason, CancellationToken cancellationToken)
    {
        var answer = await _conflicts.RefuseAsync(decision, reason, _timeout, cancellationToken);
        if (answer is not DataAnswer<PostgresOutcome>.Ok)
        {
            return $"{decision.Id}: {answer.Problem}";
        }

        LogRefused(decision.Id, decision.Table, reason);
        return Count(decision.Strategy, PostgresOutcome.Refused);
    }

    /// <summary>Null, so that a conflict which is over can be returned as such.</summary>
    private string? Count(string strategy, string outcome)
    {
        lock (_gate)
        {
            _counts[(strategy, outcome)] = _counts.GetValueOrDefault((strategy, outcome)) + 1;
        }

        return null;
    }

    private static PostgresDecision Of(ConflictEvent conflict, string strategy, ConflictVersion? winner, IReadOnlyList<ConflictVersion> losers, long? prior) => new(
        conflict.Id,
        conflict.Table,
        conflict.Key,
        strategy,
        winner?.ToJson() ?? "",
        $"[{string.Join(',', (winner is null ? conflict.Versions : losers).Select(static v => v.ToJson()))}]",
        losers.Select(static v => v.Written).Append(winner?.Written ?? HybridTime.Zero).Max().Packed,
        prior);

    [LoggerMessage(1641, LogLevel.Information, "Conflict {Conflict} of {Table}: {Strategy} lets {Region} win: {Outcome}")]
    private partial void LogDecided(Guid conflict, string table, string strategy, string region, string outcome);

    [LoggerMessage(1642, LogLevel.Warning, "Conflict {Conflict} of {Table} is refused: {Reason}")]
    private partial void LogRefused(Guid conflict, string table, string reason);

    [LoggerMessage(1643, LogLevel.Warning, "A conflict cannot be read: {Reason}")]
    private partial void LogUnreadable(string reason);
}
