using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Replication;

/// <summary>What the control stores said of who may write.</summary>
/// <param name="Newest">The claim with the greatest token; null when no store has one.</param>
/// <param name="Having">The stores that have a claim, each with its own.</param>
/// <param name="Lacking">The stores that answered and have none: new ones, or ones that lost their data.</param>
/// <param name="Silent">How many did not answer, or hold what is no claim.</param>
/// <param name="Majority">How many make a majority.</param>
internal sealed record ClaimsRead(PrimaryClaim? Newest, IReadOnlyDictionary<RegionId, PrimaryClaim> Having, IReadOnlyList<RegionId> Lacking, int Silent, int Majority)
{
    /// <summary>
    /// Whether it is known who may write: a majority of the stores has a claim, the newest of which no later one can be hidden
    /// from. A store that has none proves nothing: it may have lost it.
    /// </summary>
    public bool IsKnown => Having.Count >= Majority;

    /// <summary>Whether nobody ever was given the right to write: every store answered, and none has a claim.</summary>
    public bool IsVirgin => Having.Count == 0 && Silent == 0;
}

/// <summary>Reads and writes who may write one dataset, at every control store.</summary>
/// <param name="dataset">The dataset.</param>
/// <param name="stores">Every store of the quorum.</param>
/// <param name="agent">This agent, for writes as the leader.</param>
/// <param name="timeout">For one request.</param>
/// <param name="clock">The clock.</param>
internal sealed class PrimaryClaims(string dataset, IReadOnlyList<ConsulPrimaryStore> stores, string agent, TimeSpan timeout, AgentClock clock)
{
    /// <summary>The dataset.</summary>
    public string Dataset => dataset;

    /// <summary>The stores.</summary>
    public IReadOnlyList<ConsulPrimaryStore> Stores => stores;

    private int Majority => (stores.Count / 2) + 1;

    /// <summary>Asks one store.</summary>
    public Task<DataAnswer<PrimaryClaim?>> ReadAsync(ConsulPrimaryStore store, CancellationToken cancellationToken) =>
        store.ReadAsync(dataset, timeout, cancellationToken);

    /// <summary>Asks every store, and waits for all of them, each as long as one request may take.</summary>
    public async Task<ClaimsRead> ReadAsync(CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(stores.Select(async s => (s.Store, Answer: await ReadAsync(s, cancellationToken))));
        var said = answers.Where(static a => a.Answer is DataAnswer<PrimaryClaim?>.Ok).Select(static a => (a.Store, ((DataAnswer<PrimaryClaim?>.Ok)a.Answer).Value)).ToList();
        var having = said.Where(static s => s.Value is not null).ToDictionary(static s => s.Store, static s => s.Value!);
        return new ClaimsRead(having.Values.MaxBy(static c => c.Token), having, [.. said.Where(static s => s.Value is null).Select(static s => s.Store)], stores.Count - said.Count, Majority);
    }

    /// <summary>Writes a claim as the leader at some stores.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="epoch">The leader's epoch.</param>
    /// <param name="at">The stores; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>When it was seen to stand at a majority of all stores; null and why when it was not.</returns>
    public async Task<(TimeSpan? At, string Detail)> WriteAsync(PrimaryClaim claim, long epoch, IReadOnlyCollection<RegionId>? at, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(stores.Where(s => at is null || at.Contains(s.Store)).Select(s => s.WriteAsync(dataset, agent, claim, epoch, timeout, cancellationToken)));
        var stands = answers.Count(static a => a is DataAnswer<PrimaryClaim>.Ok);
        var problems = string.Join("; ", answers.Select(static a => a.Problem).OfType<string>());
        return (stands >= Majority ? clock.Now : null, $"the right of {claim.Region} to write stands at {stands} of {answers.Length} stores asked{(problems.Length == 0 ? "" : $": {problems}")}");
    }
}
