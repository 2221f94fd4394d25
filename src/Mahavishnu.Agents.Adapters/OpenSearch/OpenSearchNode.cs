using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Adapters.OpenSearch;

/// <summary>The OpenSearch cluster of one region.</summary>
/// <remarks>
/// Every call ends within its deadline, and gives a value for whatever cluster and network do; only the caller's own cancellation is
/// thrown. Replication is pulled: every change of it is asked of the follower's cluster. Safe for concurrent use.
/// </remarks>
/// <param name="options">Where it is.</param>
/// <param name="time">The clock of the deadlines.</param>
public sealed class OpenSearchNode(OpenSearchOptions options, TimeProvider time) : IDisposable
{
    /// <summary>How many documents are compared before an index is deleted.</summary>
    public const int SampleSize = 500;

    /// <summary>The least deadline of <see cref="StopAsync"/>: with a dead leader the cluster itself waits up to 30 s.</summary>
    public static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(60);

    private readonly OpenSearchHttp _http = new(options ?? throw new ArgumentNullException(nameof(options)), time);

    /// <summary>Its region.</summary>
    public RegionId Region => options.Region;

    /// <summary>The cluster and some of its indices.</summary>
    public Task<DataAnswer<OpenSearchReading>> ReadAsync(IReadOnlyList<string> indices, TimeSpan deadline, CancellationToken cancellationToken) =>
        _http.RunAsync(token => OpenSearchReader.ReadAsync(_http, indices, token), deadline, cancellationToken);

    /// <summary>One index.</summary>
    public Task<DataAnswer<OpenSearchIndex>> ReadIndexAsync(string index, TimeSpan deadline, CancellationToken cancellationToken) =>
        _http.RunAsync(token => OpenSearchReader.IndexAsync(_http, index, token), deadline, cancellationToken);

    /// <summary>The health of one index: <c>green</c>, <c>yellow</c> or <c>red</c>.</summary>
    public Task<DataAnswer<string>> HealthAsync(string index, TimeSpan deadline, CancellationToken cancellationToken) =>
        _http.RunAsync(async token => (await OpenSearchReader.HealthAsync(_http, index, token)).Status, deadline, cancellationToken);

    /// <summary>Writes the heartbeat of this cluster's region. In a follower it is refused.</summary>
    public Task<DataAnswer<bool>> BeatAsync(StoredHeartbeat beat, TimeSpan deadline, CancellationToken cancellationToken) =>
        _http.RunAsync(token => OpenSearchChanges.BeatAsync(_http, options.HeartbeatIndex, options.Region.Value, beat, token), deadline, cancellationToken);

    /// <summary>The heartbeats of other regions that have arrived here.</summary>
    public Task<DataAnswer<IReadOnlyList<OpenSearchBeat>>> ReadBeatsAsync(IEnumerable<RegionId> regions, TimeSpan deadline, CancellationToken cancellationToken) =>
        _http.RunAsync(token => OpenSearchChanges.BeatsAsync(_http, options.HeartbeatIndex, regions.Select(static r => r.Value), token), deadline, cancellationToken);

    /// <summary>Blocks writes to an index, or lets them through, and reads back.</summary>
    public Task<DataAnswer<bool>> BlockAsync(string index, bool block, TimeSpan deadline, CancellationToken cancellationToken) =>
        _http.RunAsync(token => OpenSearchChanges.BlockAsync(_http, index, block, token), deadline, cancellationToken);

    /// <summary>Begins to follow an index of the same name in the cluster that is known here by a name.</summary>
    public Task<DataAnswer<bool>> StartAsync(string index, string alias, TimeSpan deadline, CancellationToken cancellationToken) =>
        _http.RunAsync(token => OpenSearchChanges.StartAsync(_http, index, alias, options.Username is not null, token), deadline, cancellationToken);

    /// <summary>Pauses a follower.</summary>
    public Task<DataAnswer<bool>> PauseAsync(string index, TimeSpan deadline, CancellationToken cancellationToken) =>
        _http.RunAsync(token => OpenSearchChanges.TurnAsync(_http, index, "_pause", token), deadline, cancellationToken);

    /// <summary>Lets a paused follower go on. Refused when the leader no longer keeps the history that it lacks.</summary>
    public Task<DataAnswer<bool>> ResumeAsync(string index, TimeSpan deadline, CancellationToken cancellationToken) =>
        _http.RunAsync(token => OpenSearchChanges.TurnAsync(_http, index, "_resume", token), deadline, cancellationToken);

    /// <summary>Stops a follower for good: it becomes an index that accepts writes, and can never follow again. While it still copies its leader, this deletes it.</summary>
    /// <param name="index">The index.</param>
    /// <param name="deadline">At least <see cref="StopDeadline"/>; past it the outcome is unknown, and the state is to be polled.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    public Task<DataAnswer<bool>> StopAsync(string index, TimeSpan deadline, CancellationToken cancellationToken) =>
        _http.RunAsync(token => OpenSearchChanges.TurnAsync(_http, index, "_stop", token), deadline, cancellationToken);

    /// <summary>The rules by which the cluster begins to follow new indices.</summary>
    public Task<DataAnswer<IReadOnlyList<OpenSearchRule>>> RulesAsync(TimeSpan deadline, CancellationToken cancellationToken) =>
        _http.RunAsync(token => OpenSearchChanges.RulesAsync(_http, token), deadline, cancellationToken);

    /// <summary>Deletes such a rule.</summary>
    public Task<DataAnswer<bool>> DeleteRuleAsync(string alias, string rule, TimeSpan deadline, CancellationToken cancellationToken) =>
        _http.RunAsync(token => OpenSearchChanges.DeleteRuleAsync(_http, alias, rule, token), deadline, cancellationToken);

    /// <summary>Names another cluster by the transport addresses of its nodes, <c>host:9300</c>.</summary>
    public Task<DataAnswer<bool>> RegisterRemoteAsync(string alias, IReadOnlyList<string> seeds, TimeSpan deadline, CancellationToken cancellationToken) =>
        _http.RunAsync(token => OpenSearchChanges.RegisterRemoteAsync(_http, alias, seeds, token), deadline, cancellationToken);

    /// <summary>Writes a document into an index and deletes it.</summary>
    public Task<DataAnswer<bool>> ProbeAsync(string index, TimeSpan deadline, CancellationToken cancellationToken) =>
        _http.RunAsync(token => OpenSearchChanges.ProbeAsync(_http, index, token), deadline, cancellationToken);

    /// <summary>How much an index holds, and the ids of a part of it.</summary>
    /// <param name="index">The index.</param>
    /// <param name="seed">Chooses the part.</param>
    /// <param name="deadline">For the whole call.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    public Task<DataAnswer<OpenSearchContent>> ContentAsync(string index, int seed, TimeSpan deadline, CancellationToken cancellationToken) =>
        _http.RunAsync(token => OpenSearchContents.ReadAsync(_http, index, SampleSize, seed, token), deadline, cancellationToken);

    /// <summary>Those of some ids that an index lacks.</summary>
    public Task<DataAnswer<IReadOnlyList<string>>> MissingAsync(string index, IReadOnlyList<string> ids, TimeSpan deadline, CancellationToken cancellationToken) =>
        _http.RunAsync(token => OpenSearchContents.MissingAsync(_http, index, ids, token), deadline, cancellationToken);

    /// <summary>Deletes an index with all that it holds.</summary>
    public Task<DataAnswer<bool>> DeleteIndexAsync(string index, TimeSpan deadline, CancellationToken cancellationToken) =>
        _http.RunAsync(token => OpenSearchChanges.AcknowledgedAsync(_http, HttpMethod.Delete, "/" + Uri.EscapeDataString(index), null, token), deadline, cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();
}
