using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;

namespace Mahavishnu.Agents.Replication;

/// <summary>Hears of conflicts from the table <c>mahavishnu.conflicts</c>, which travels to every region. What is decided is in the log, and so done.</summary>
/// <param name="conflicts">The region's own database.</param>
/// <param name="timeout">For one request.</param>
internal sealed class ConflictTable(PostgresConflicts conflicts, TimeSpan timeout) : IConflictSource
{
    /// <inheritdoc />
    public async Task<DataAnswer<IReadOnlyList<ConflictMessage>>> ReadAsync(int most, CancellationToken cancellationToken) =>
        await conflicts.PendingAsync(most, timeout, cancellationToken) switch
        {
            DataAnswer<IReadOnlyList<string>>.Ok ok => new DataAnswer<IReadOnlyList<ConflictMessage>>.Ok([.. ok.Value.Select(static t => new ConflictMessage(t, null))]),
            DataAnswer<IReadOnlyList<string>>.Refused refused => new DataAnswer<IReadOnlyList<ConflictMessage>>.Refused(refused.Reason),
            DataAnswer<IReadOnlyList<string>>.Unreachable silent => new DataAnswer<IReadOnlyList<ConflictMessage>>.Unreachable(silent.Reason),
            var unknown => new DataAnswer<IReadOnlyList<ConflictMessage>>.Unknown(unknown.Problem!),
        };

    /// <inheritdoc />
    public Task<DataAnswer<bool>> DoneAsync(ConflictMessage message, CancellationToken cancellationToken) =>
        Task.FromResult<DataAnswer<bool>>(new DataAnswer<bool>.Ok(true));
}
