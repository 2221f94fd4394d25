using System.Globalization;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>What one control store says of a dataset.</summary>
/// <param name="Claim">Which region may write; null when none was ever said to, or the store lost it.</param>
/// <param name="Index">The store's index of the claim; 0 without one.</param>
/// <param name="Proof">The last proof of a region that it is the primary; null before the first.</param>
public sealed record PrimaryState(PrimaryClaim? Claim, ulong Index, string? Proof);

/// <summary>Which region may write a dataset, as one control store says it.</summary>
/// <remarks>
/// The primary's agents prove again and again that they are it, by a write that fails once the claim has changed: so a leader
/// that changes the claim sees the last proof that can ever have been made there.
/// </remarks>
/// <param name="store">The store.</param>
/// <param name="prefix">The directory of the control keys, with <c>/</c> at its end.</param>
/// <param name="client">With connections of its own.</param>
public sealed class ConsulPrimaryStore(RegionId store, string prefix, ConsulClient client)
{
    /// <summary>The store.</summary>
    public RegionId Store { get; } = store;

    /// <summary>What stands there, read consistently. A claim that cannot be read is refused.</summary>
    public async Task<DataAnswer<PrimaryState>> ReadAsync(string dataset, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var read = await client.Transactions.CommitAsync([new TransactionOperation.GetOrEmpty(Key(dataset)), new TransactionOperation.GetOrEmpty(ProofKey(dataset))], deadline, cancellationToken);
        return read is ConsulResult<TransactionAnswer>.Ok { Value: TransactionAnswer.Committed seen } ? State(seen, dataset) : Failed<PrimaryState, TransactionAnswer>(read);
    }

    /// <summary>Writes a proof that the region is the primary, if the claim still stands as it was read.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="read">What was read there, with a claim.</param>
    /// <param name="proof">A text that is never written twice.</param>
    /// <param name="deadline">For the whole.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Ok when it stands, and so counts from when it was sent; refused when the claim is another by now.</returns>
    public async Task<DataAnswer<bool>> ProveAsync(string dataset, PrimaryState read, string proof, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(read);
        var written = await client.Transactions.CommitAsync(
            [new TransactionOperation.CheckIndex(Key(dataset), read.Index), new TransactionOperation.Set(ProofKey(dataset), ConsulValue.FromText(proof))], deadline, cancellationToken);
        return written switch
        {
            ConsulResult<TransactionAnswer>.Ok { Value: TransactionAnswer.Committed } => new DataAnswer<bool>.Ok(true),
            ConsulResult<TransactionAnswer>.Ok => Refused<bool>("the claim has changed"),
            _ => Failed<bool, TransactionAnswer>(written),
        };
    }

    /// <summary>
    /// Writes a claim as the leader: in one transaction with the check that the agent still holds the lock and that the epoch
    /// is still its own, and compared with what was read just before.
    /// </summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="agent">The leader.</param>
    /// <param name="claim">The claim; its epoch may be an earlier one when it is only copied.</param>
    /// <param name="epoch">The leader's epoch.</param>
    /// <param name="deadline">For the whole.</param>
    /// <param name="cancellationToken">Gives up waiting, which leaves the outcome unknown.</param>
    /// <returns>
    /// Ok when the claim stands there, also when it did before, with the last proof under the claim that it took the place of: no
    /// other can follow. Refused when another leads, or a claim with a greater token stands.
    /// </returns>
    public async Task<DataAnswer<PrimaryState>> WriteAsync(string dataset, string agent, PrimaryClaim claim, long epoch, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        var read = await client.Transactions.CommitAsync(
            [
                new TransactionOperation.GetOrEmpty(prefix + "leader"), new TransactionOperation.GetOrEmpty(prefix + "epoch"),
                new TransactionOperation.GetOrEmpty(Key(dataset)), new TransactionOperation.GetOrEmpty(ProofKey(dataset)),
            ],
            deadline / 2,
            cancellationToken);
        if (read is not ConsulResult<TransactionAnswer>.Ok { Value: TransactionAnswer.Committed seen })
        {
            return Failed<PrimaryState, TransactionAnswer>(read);
        }

        var (leader, epochKey) = (seen.Of(prefix + "leader"), seen.Of(prefix + "epoch"));
        if (leader?.Session is not { } session || LeaderValue.Parse(leader.Text)?.Agent != agent || epochKey?.Text != epoch.ToString(CultureInfo.InvariantCulture))
        {
            return Refused<PrimaryState>($"{agent} does not lead there with epoch {epoch}");
        }

        var state = State(seen, dataset);
        if (state is not DataAnswer<PrimaryState>.Ok { Value: var standing })
        {
            return state;
        }

        if (standing.Claim is { } stands && stands.Token >= claim.Token)
        {
            return stands == claim ? state : Refused<PrimaryState>($"{stands.Region} may write with token {stands.Token}, which token {claim.Token} does not take from it");
        }

        var written = await client.Transactions.CommitAsync(
            [
                new TransactionOperation.CheckSession(prefix + "leader", session),
                new TransactionOperation.CheckIndex(prefix + "epoch", epochKey.ModifyIndex),
                new TransactionOperation.CompareAndSet(Key(dataset), ConsulValue.FromText(claim.ToText()), standing.Index),
                new TransactionOperation.GetOrEmpty(ProofKey(dataset)),
            ],
            deadline / 2,
            cancellationToken);
        return written switch
        {
            ConsulResult<TransactionAnswer>.Ok { Value: TransactionAnswer.Committed done } => new DataAnswer<PrimaryState>.Ok(new PrimaryState(claim, done.Of(Key(dataset))?.ModifyIndex ?? 0, ProofIn(done, dataset))),
            ConsulResult<TransactionAnswer>.Ok { Value: TransactionAnswer.Conflict conflict } => Refused<PrimaryState>(string.Join("; ", conflict.Errors.Select(static e => e.What))),
            var failed => Failed<PrimaryState, TransactionAnswer>(failed),
        };
    }

    private DataAnswer<PrimaryState> State(TransactionAnswer.Committed seen, string dataset)
    {
        if (seen.Of(Key(dataset)) is not { ModifyIndex: > 0 } entry)
        {
            return new DataAnswer<PrimaryState>.Ok(new PrimaryState(null, 0, ProofIn(seen, dataset)));
        }

        var (claim, problem) = PrimaryClaim.Read(entry.Text);
        return claim is null
            ? Refused<PrimaryState>($"what stands under {entry.Key} is no claim: {problem}")
            : new DataAnswer<PrimaryState>.Ok(new PrimaryState(claim, entry.ModifyIndex, ProofIn(seen, dataset)));
    }

    private string? ProofIn(TransactionAnswer.Committed seen, string dataset) => seen.Of(ProofKey(dataset)) is { ModifyIndex: > 0 } entry ? entry.Text : null;

    private DataAnswer<TAnswer> Failed<TAnswer, TResult>(ConsulResult<TResult> result) => result switch
    {
        ConsulResult<TResult>.Refused refused => Refused<TAnswer>($"{refused.Status}: {refused.Body}"),
        ConsulResult<TResult>.Unknown unknown => new DataAnswer<TAnswer>.Unknown($"store {Store}: {unknown.Reason}"),
        ConsulResult<TResult>.Unreachable unreachable => new DataAnswer<TAnswer>.Unreachable($"store {Store}: {unreachable.Reason}"),
        ConsulResult<TResult>.NoLeader leaderless => new DataAnswer<TAnswer>.Unreachable($"store {Store}: {leaderless.Body}"),
        ConsulResult<TResult>.Throttled throttled => new DataAnswer<TAnswer>.Unreachable($"store {Store} limits requests ({throttled.Status})"),
        _ => new DataAnswer<TAnswer>.Unknown($"store {Store}: an answer that is none"),
    };

    private DataAnswer<T> Refused<T>(string reason) => new DataAnswer<T>.Refused($"store {Store}: {reason}");

    private string Key(string dataset) => $"{prefix}primary/{dataset}";

    private string ProofKey(string dataset) => $"{prefix}primary/{dataset}/proof";
}
