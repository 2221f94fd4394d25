using Mahavishnu.Agents.Adapters.Stores;

namespace Mahavishnu.Agents.Replication;

/// <summary>Where this region hears of conflicts. Each may come several times and in any order.</summary>
internal interface IConflictSource
{
    /// <summary>The next conflicts that have not been said to be done.</summary>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<DataAnswer<IReadOnlyList<ConflictMessage>>> ReadAsync(int most, CancellationToken cancellationToken);

    /// <summary>A conflict is decided, and kept as such, and need not come again.</summary>
    Task<DataAnswer<bool>> DoneAsync(ConflictMessage message, CancellationToken cancellationToken);
}

/// <summary>A conflict as it came.</summary>
/// <param name="Text">JSON; see <see cref="Core.Replication.ConflictEvent"/>.</param>
/// <param name="Position">Where it stands, for its source alone.</param>
internal sealed record ConflictMessage(string Text, object? Position);
