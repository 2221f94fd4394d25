namespace Mahavishnu.Agents.Core.Replication;

/// <summary>
/// Picks the winner of versions of one row that were written without knowledge of each other. Every region picks the same
/// one, in whatever order, grouping and number of times it hears of them, because a strategy is nothing but an order of
/// versions, and the greatest of a set does not depend on how the set came together.
/// </summary>
public sealed class ConflictResolver
{
    private readonly Comparison<RowVersion> _order;

    private ConflictResolver(string name, Comparison<RowVersion> order) => (Name, _order) = (name, order);

    /// <summary>The later version wins, be it a deletion.</summary>
    public static ConflictResolver LastWriteWins { get; } = new("last_write_wins", Latest);

    /// <summary>
    /// The earlier version wins. A deletion is a later write by its nature and would never win; so it always does: a row that
    /// was deleted stays so.
    /// </summary>
    public static ConflictResolver FirstWriteWins { get; } = new("first_write_wins", static (one, other) => one.Deleted.CompareTo(other.Deleted) switch
    {
        0 => other.Written.CompareTo(one.Written) is var earlier and not 0 ? earlier : Tie(one, other),
        var deleted => deleted,
    });

    /// <summary>What configurations call it.</summary>
    public string Name { get; }

    /// <summary>A strategy of one's own: the version of the greatest rank wins, and of those of one rank the latest.</summary>
    /// <param name="name">What configurations call it.</param>
    /// <param name="rank">A pure function of the version, the same in every region.</param>
    public static ConflictResolver ByRank(string name, Func<RowVersion, decimal> rank)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(rank);
        return new ConflictResolver(name, (one, other) => rank(one).CompareTo(rank(other)) is var higher and not 0 ? higher : Latest(one, other));
    }

    /// <summary>The winner of two versions.</summary>
    public RowVersion Winner(RowVersion one, RowVersion other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return _order(one, other) >= 0 ? one : other;
    }

    /// <summary>The winner of all versions, and the others, each once, as the conflict log is to keep them: the strongest first.</summary>
    /// <exception cref="ArgumentException">There is no version.</exception>
    public (RowVersion Winner, IReadOnlyList<RowVersion> Losers) Resolve(IEnumerable<RowVersion> versions)
    {
        List<RowVersion> ordered = [.. versions.Distinct()];
        if (ordered.Count == 0)
        {
            throw new ArgumentException("There is no version to choose from.", nameof(versions));
        }

        ordered.Sort((one, other) => _order(other, one));
        return (ordered[0], ordered[1..]);
    }

    private static int Latest(RowVersion one, RowVersion other) =>
        one.Written.CompareTo(other.Written) is var later and not 0 ? later : Tie(one, other);

    /// <summary>Decides between versions of one time, by region and then content; 0 only for the same version.</summary>
    private static int Tie(RowVersion one, RowVersion other) =>
        one.Region.CompareTo(other.Region) is var region and not 0 ? region
        : string.CompareOrdinal(one.ContentHash, other.ContentHash) is var content and not 0 ? content
        : one.Deleted.CompareTo(other.Deleted);
}
