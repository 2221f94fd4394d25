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
/// <param name="proofs">Since when each store's last proof has been known.</param>
/// <param name="clock">The clock.</param>
internal sealed class PrimaryClaims(string dataset, IReadOnlyList<ConsulPrimaryStore> stores, string agent, TimeSpan timeout, SharedProofs proofs, AgentClock clock)
{
    /// <summary>The dataset.</summary>
    public string Dataset => dataset;

    /// <summary>The stores.</summary>
    public IReadOnlyList<ConsulPrimaryStore> Stores => stores;

    private int Majority => (stores.Count / 2) + 1;

    /// <summary>Asks one store.</summary>
    public async Task<DataAnswer<PrimaryState>> ReadAsync(ConsulPrimaryStore store, CancellationToken cancellationToken)
    {
        var answer = await store.ReadAsync(dataset, timeout, cancellationToken);
        if (answer is DataAnswer<PrimaryState>.Ok { Value: var state })
        {
            proofs.Saw(store.Store, state.Proof, clock.Now);
        }

        return answer;
    }

    /// <summary>Proves to one store that the region is the primary.</summary>
    public Task<DataAnswer<bool>> ProveAsync(ConsulPrimaryStore store, PrimaryState read, string proof, CancellationToken cancellationToken) =>
        store.ProveAsync(dataset, read, proof, timeout, cancellationToken);

    /// <summary>Asks every store, and waits for all of them, each as long as one request may take.</summary>
    public async Task<ClaimsRead> ReadAsync(CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(stores.Select(async s => (s.Store, Answer: await ReadAsync(s, cancellationToken))));
        var said = answers.Where(static a => a.Answer is DataAnswer<PrimaryState>.Ok).Select(static a => (a.Store, ((DataAnswer<PrimaryState>.Ok)a.Answer).Value.Claim)).ToList();
        var having = said.Where(static s => s.Claim is not null).ToDictionary(static s => s.Store, static s => s.Claim!);
        return new ClaimsRead(having.Values.MaxBy(static c => c.Token), having, [.. said.Where(static s => s.Claim is null).Select(static s => s.Store)], stores.Count - said.Count, Majority);
    }

    /// <summary>Writes a claim as the leader at some stores.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="epoch">The leader's epoch.</param>
    /// <param name="replaced">The claim that it takes the place of; null when there is none.</param>
    /// <param name="at">The stores; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>When the last proof under the replaced claim can have been sent at the latest, or that claim first been seen; null and why when the claim does not stand at a majority of all stores.</returns>
    public async Task<(TimeSpan? LastProof, string Detail)> WriteAsync(PrimaryClaim claim, long epoch, PrimaryClaim? replaced, IReadOnlyCollection<RegionId>? at, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(stores.Where(s => at is null || at.Contains(s.Store))
            .Select(async s => (s.Store, Answer: await s.WriteAsync(dataset, agent, claim, epoch, timeout, cancellationToken))));
        var stands = answers.Where(static a => a.Answer is DataAnswer<PrimaryState>.Ok).Select(static a => (a.Store, ((DataAnswer<PrimaryState>.Ok)a.Answer).Value.Proof)).ToList();
        var problems = string.Join("; ", answers.Select(static a => a.Answer.Problem).OfType<string>());
        var now = clock.Now;
        foreach (var (store, proof) in stands)
        {
            proofs.Saw(store, proof, now);
        }

        return (
            stands.Count >= Majority ? proofs.LastSent(stands.Select(static s => s.Store), replaced, now) : null,
            $"the right of {claim.Region} to write stands at {stands.Count} of {answers.Length} stores asked{(problems.Length == 0 ? "" : $": {problems}")}");
    }
}

/// <summary>What is known of proofs, shared by those who read them and those who wait for them.</summary>
internal sealed class SharedProofs
{
    private readonly Lock _gate = new();
    private readonly SeenProofs _seen = new();

    /// <inheritdoc cref="SeenProofs.Saw" />
    public void Saw(RegionId store, string? proof, TimeSpan now)
    {
        lock (_gate)
        {
            _seen.Saw(store, proof, now);
        }
    }

    /// <inheritdoc cref="SeenProofs.LastSent" />
    public TimeSpan LastSent(IEnumerable<RegionId> stores, PrimaryClaim? replaced, TimeSpan now)
    {
        lock (_gate)
        {
            return _seen.LastSent(stores, replaced, now);
        }
    }
}
