using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>Carries the requests of the leadership protocol to one store and gives back what became of them.</summary>
/// <remarks>Heartbeats have a client, and so connections, of their own.</remarks>
/// <param name="store">The store.</param>
/// <param name="prefix">The directory of the control keys, with <c>/</c> at its end.</param>
/// <param name="sessionName">Shown to people who list the sessions.</param>
/// <param name="work">For everything but heartbeats.</param>
/// <param name="heartbeats">For heartbeats only.</param>
public sealed class ConsulControlStore(RegionId store, string prefix, string sessionName, ConsulClient work, ConsulClient heartbeats)
{
    /// <summary>The keys that one read shows, in the order of <see cref="ControlState"/>.</summary>
    private readonly string[] _readKeys =
        [.. new[] { "leader", "heartbeat", "epoch", "journal/current", "members", "maintenance" }.Select(key => prefix + key)];

    /// <summary>The store.</summary>
    public RegionId Store { get; } = store;

    /// <summary>Sends one request. Every failure is an answer; only cancellation throws.</summary>
    public async Task<StoreAnswer> SendAsync(StoreRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        switch (request)
        {
            case StoreRequest.CreateSession create:
                var spec = new SessionSpec(sessionName, create.Ttl, TimeSpan.Zero, SessionBehavior.Release);
                var created = await work.Sessions.CreateAsync(spec, request.Deadline, cancellationToken).ConfigureAwait(false);
                return Answer(request, created, static (answer, id) => answer with { Kind = StoreAnswerKind.Ok, Session = id });
            case StoreRequest.RenewSession renew:
                var renewed = await work.Sessions.RenewAsync(renew.Session, request.Deadline, cancellationToken).ConfigureAwait(false);
                return Answer(request, renewed, static (answer, renewal) => answer with { Kind = renewal is SessionRenewal.Renewed ? StoreAnswerKind.Ok : StoreAnswerKind.Refused });
            case StoreRequest.DestroySession destroy when !ConsulKey.IsId(destroy.Session):
                // A holder's session is what the store says that it is; no other text may become part of a path.
                return new StoreAnswer(request.Store, request.Correlation, StoreAnswerKind.Refused) { Detail = "the session to destroy has no identifier of a session" };
            case StoreRequest.DestroySession destroy:
                var destroyed = await work.Sessions.DestroyAsync(destroy.Session, request.Deadline, cancellationToken).ConfigureAwait(false);
                return Answer(request, destroyed, static (answer, _) => answer with { Kind = StoreAnswerKind.Ok });
            default:
                var client = request is StoreRequest.WriteHeartbeat ? heartbeats : work;
                var result = await client.Transactions.CommitAsync(Operations(request), request.Deadline, cancellationToken).ConfigureAwait(false);
                return Answer(request, result, (answer, transaction) => transaction switch
                {
                    TransactionAnswer.Committed committed => Committed(request, answer, committed),
                    TransactionAnswer.Conflict conflict => answer with { Kind = StoreAnswerKind.Refused, Detail = string.Join("; ", conflict.Errors.Select(static e => e.What)) },
                    _ => answer,
                });
        }
    }

    private List<TransactionOperation> Operations(StoreRequest request) => request switch
    {
        StoreRequest.ReadState => [.. Reads()],
        StoreRequest.Acquire acquire =>
            [new TransactionOperation.Lock(Key("leader"), ConsulValue.FromText(acquire.Leader), acquire.Session), .. Reads()],
        StoreRequest.WriteHeartbeat heartbeat =>
            [Check(heartbeat.Session), new TransactionOperation.Set(Key("heartbeat"), ConsulValue.FromText(heartbeat.Heartbeat))],
        StoreRequest.WriteEpoch epoch =>
        [
            Check(epoch.Session),
            new TransactionOperation.CompareAndSet(Key("epoch"), ConsulValue.FromText(epoch.Epoch.ToString(System.Globalization.CultureInfo.InvariantCulture)), epoch.EpochIndex),
            new TransactionOperation.Set(Key("members"), ConsulValue.FromText(epoch.Members)),
        ],
        StoreRequest.WriteJournal journal =>
        [
            Check(journal.Session),
            new TransactionOperation.CheckIndex(Key("epoch"), journal.EpochIndex),
            new TransactionOperation.CompareAndSet(Key("journal/current"), ConsulValue.FromText(journal.Record), journal.JournalIndex),
        ],
        StoreRequest.Release release =>
        [
            Check(release.Session),
            new TransactionOperation.Set(Key("heartbeat"), ConsulValue.FromText(release.Marker)),
            new TransactionOperation.Unlock(Key("leader"), ConsulValue.FromText(""), release.Session),
        ],
        _ => throw new ArgumentException($"{request.GetType().Name} is not a transaction.", nameof(request)),
    };

    private StoreAnswer Committed(StoreRequest request, StoreAnswer answer, TransactionAnswer.Committed committed) => request switch
    {
        StoreRequest.ReadState or StoreRequest.Acquire => answer with { Kind = StoreAnswerKind.Ok, State = StateOf(committed) },
        StoreRequest.WriteEpoch => answer with { Kind = StoreAnswerKind.Ok, Index = committed.Of(Key("epoch"))?.ModifyIndex ?? 0 },
        StoreRequest.WriteJournal => answer with { Kind = StoreAnswerKind.Ok, Index = committed.Of(Key("journal/current"))?.ModifyIndex ?? 0 },
        _ => answer with { Kind = StoreAnswerKind.Ok },
    };

    private ControlState StateOf(TransactionAnswer.Committed committed)
    {
        var entries = _readKeys.Select(key => committed.Of(key) is { ModifyIndex: > 0 } entry ? new KeyEntry(entry.Text, entry.Session, entry.ModifyIndex) : null).ToArray();
        return new ControlState(entries[0], entries[1], entries[2], entries[3], entries[4], entries[5]);
    }

    private IEnumerable<TransactionOperation> Reads() => _readKeys.Select(static key => new TransactionOperation.GetOrEmpty(key));

    private TransactionOperation.CheckSession Check(string session) => new(Key("leader"), session);

    private string Key(string name) => prefix + name;

    /// <summary>A write that may have been applied is Unknown; one that certainly was not, for whatever reason, is not.</summary>
    private static StoreAnswer Answer<T>(StoreRequest request, ConsulResult<T> result, Func<StoreAnswer, T, StoreAnswer> ok)
    {
        var answer = new StoreAnswer(request.Store, request.Correlation, StoreAnswerKind.Unknown);
        return result switch
        {
            ConsulResult<T>.Ok done => ok(answer, done.Value),
            ConsulResult<T>.Refused refused => answer with { Kind = refused.Status == 403 ? StoreAnswerKind.Unreachable : StoreAnswerKind.Refused, Detail = $"{refused.Status}: {refused.Body}" },
            ConsulResult<T>.Throttled throttled => answer with { Kind = StoreAnswerKind.Unreachable, Detail = $"the store limits requests ({throttled.Status})" },
            ConsulResult<T>.NoLeader leaderless => answer with { Kind = StoreAnswerKind.Unreachable, Detail = leaderless.Body },
            ConsulResult<T>.Unreachable unreachable => answer with { Kind = StoreAnswerKind.Unreachable, Detail = unreachable.Reason },
            ConsulResult<T>.Unknown unknown => answer with { Detail = unknown.Reason },
            _ => answer,
        };
    }
}
