using System.Globalization;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>Which region may write a dataset, as one control store says it.</summary>
/// <param name="store">The store.</param>
/// <param name="prefix">The directory of the control keys, with <c>/</c> at its end.</param>
/// <param name="client">With connections of its own.</param>
public sealed class ConsulPrimaryStore(RegionId store, string prefix, ConsulClient client)
{
    /// <summary>The store.</summary>
    public RegionId Store { get; } = store;

    /// <summary>The claim that stands there, read consistently; null when none does. One that cannot be read is refused.</summary>
    public async Task<DataAnswer<PrimaryClaim?>> ReadAsync(string dataset, TimeSpan deadline, CancellationToken cancellationToken) =>
        await client.Keys.GetAsync(Key(dataset), consistent: true, deadline, cancellationToken) switch
        {
            ConsulResult<ConsulEntry?>.Ok { Value: null } => new DataAnswer<PrimaryClaim?>.Ok(null),
            ConsulResult<ConsulEntry?>.Ok { Value: { } entry } => Read(entry.Text),
            var failed => Failed<PrimaryClaim?, ConsulEntry?>(failed),
        };

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
    /// <returns>Ok when the claim stands there, also when it did before; refused when another leads, or a claim with a greater token stands.</returns>
    public async Task<DataAnswer<PrimaryClaim>> WriteAsync(string dataset, string agent, PrimaryClaim claim, long epoch, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        var read = await client.Transactions.CommitAsync(
            [new TransactionOperation.GetOrEmpty(prefix + "leader"), new TransactionOperation.GetOrEmpty(prefix + "epoch"), new TransactionOperation.GetOrEmpty(Key(dataset))],
            deadline / 2,
            cancellationToken);
        if (read is not ConsulResult<TransactionAnswer>.Ok { Value: TransactionAnswer.Committed seen })
        {
            return Failed<PrimaryClaim, TransactionAnswer>(read);
        }

        var (leader, epochKey, standing) = (seen.Of(prefix + "leader"), seen.Of(prefix + "epoch"), seen.Of(Key(dataset)));
        if (leader?.Session is not { } session || LeaderValue.Parse(leader.Text)?.Agent != agent || epochKey?.Text != epoch.ToString(CultureInfo.InvariantCulture))
        {
            return Refused<PrimaryClaim>($"{agent} does not lead there with epoch {epoch}");
        }

        if (standing is { ModifyIndex: > 0 })
        {
            var answer = Read(standing.Text);
            if (answer is not DataAnswer<PrimaryClaim?>.Ok { Value: { } stands })
            {
                return Refused<PrimaryClaim>(answer.Problem ?? "");
            }

            if (stands.Token >= claim.Token)
            {
                return stands == claim ? new DataAnswer<PrimaryClaim>.Ok(claim) : Refused<PrimaryClaim>($"{stands.Region} may write with token {stands.Token}, which token {claim.Token} does not take from it");
            }
        }

        var written = await client.Transactions.CommitAsync(
            [
                new TransactionOperation.CheckSession(prefix + "leader", session),
                new TransactionOperation.CheckIndex(prefix + "epoch", epochKey.ModifyIndex),
                new TransactionOperation.CompareAndSet(Key(dataset), ConsulValue.FromText(claim.ToText()), standing?.ModifyIndex ?? 0),
            ],
            deadline / 2,
            cancellationToken);
        return written switch
        {
            ConsulResult<TransactionAnswer>.Ok { Value: TransactionAnswer.Committed } => new DataAnswer<PrimaryClaim>.Ok(claim),
            ConsulResult<TransactionAnswer>.Ok { Value: TransactionAnswer.Conflict conflict } => Refused<PrimaryClaim>(string.Join("; ", conflict.Errors.Select(static e => e.What))),
            var failed => Failed<PrimaryClaim, TransactionAnswer>(failed),
        };
    }

    private DataAnswer<PrimaryClaim?> Read(string text)
    {
        var (claim, problem) = PrimaryClaim.Read(text);
        return claim is null ? Refused<PrimaryClaim?>($"what stands there is no claim: {problem}") : new DataAnswer<PrimaryClaim?>.Ok(claim);
    }

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
}
