using System.Text.Json;

namespace Mahavishnu.Agents.Core.Replication;

/// <summary>How conflicts of a table are decided: the winner, or what the versions come to together.</summary>
/// <remarks>
/// A decision may be one of the versions of a later one, so that it must not matter in which order, grouping and number the versions
/// come. Where a strategy orders versions, the greatest of them is the same however they are grouped. Where one merges a set, the
/// rest of the row is ordered without regard to that set, and a row that lives anywhere lives: a deletion that forgot the sets
/// before it would make the result depend on the order.
/// </remarks>
public sealed class ConflictStrategy
{
    private readonly Func<IReadOnlyCollection<ConflictVersion>, ConflictVersion> _decide;

    private ConflictStrategy(string name, Func<IReadOnlyCollection<ConflictVersion>, ConflictVersion> decide) => (Name, _decide) = (name, decide);

    /// <summary>What configurations call it, e.g. <c>max_value:price</c>.</summary>
    public string Name { get; }

    /// <summary>The names that are known, for a message.</summary>
    public static string Known => "last_write_wins, first_write_wins, max_value:FIELD or merge_set:FIELD";

    /// <summary>The strategy of a name; null when there is none of it.</summary>
    public static ConflictStrategy? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Split(':', 2) switch
        {
            ["last_write_wins"] => new ConflictStrategy(name, static versions => Greatest(ConflictResolver.LastWriteWins, versions, static v => v.ToRow())),
            ["first_write_wins"] => new ConflictStrategy(name, static versions => Greatest(ConflictResolver.FirstWriteWins, versions, static v => v.ToRow())),
            ["max_value", { Length: > 0 } field] => new ConflictStrategy(name, versions => Highest(name, field, versions)),
            ["merge_set", { Length: > 0 } field] => new ConflictStrategy(name, versions => Merged(field, versions)),
            _ => null,
        };
    }

    /// <summary>The winner, and the versions that are not it, each once.</summary>
    /// <exception cref="ArgumentException">There is no version.</exception>
    public (ConflictVersion Winner, IReadOnlyList<ConflictVersion> Losers) Decide(IEnumerable<ConflictVersion> versions)
    {
        List<ConflictVersion> distinct = [.. versions.Distinct()];
        if (distinct.Count == 0)
        {
            throw new ArgumentException("There is no version to choose from.", nameof(versions));
        }

        var winner = _decide(distinct);
        return (winner, [.. distinct.Where(v => v != winner).OrderByDescending(static v => v.Written).ThenBy(static v => v.Region).ThenBy(static v => v.Content, StringComparer.Ordinal)]);
    }

    private static ConflictVersion Greatest(ConflictResolver resolver, IReadOnlyCollection<ConflictVersion> versions, Func<ConflictVersion, RowVersion> row)
    {
        var winner = resolver.Resolve(versions.Select(row)).Winner;
        return versions.First(v => row(v) == winner);
    }

    /// <summary>The greatest number in the field; a version without one, as a deletion is, comes after every other.</summary>
    private static ConflictVersion Highest(string name, string field, IReadOnlyCollection<ConflictVersion> versions)
    {
        var ranks = versions.DistinctBy(static v => v.ToRow()).ToDictionary(static v => v.ToRow(), v => v.Field(field) is { ValueKind: JsonValueKind.Number } number && number.TryGetDecimal(out var value) ? value : decimal.MinValue);
        return Greatest(ConflictResolver.ByRank(name, r => ranks[r]), versions, static v => v.ToRow());
    }

    /// <summary>The latest row that lives, with the items of the field of all that live.</summary>
    private static ConflictVersion Merged(string field, IReadOnlyCollection<ConflictVersion> versions)
    {
        List<ConflictVersion> living = [.. versions.Where(static v => !v.Deleted)];
        if (living.Count == 0)
        {
            return Greatest(ConflictResolver.LastWriteWins, versions, static v => v.ToRow());
        }

        var latest = Greatest(ConflictResolver.LastWriteWins, living, v => v.ToRow(Changed(v, field, null)));
        string[] items = [.. living.Select(v => v.Field(field)).Where(static f => f is { ValueKind: JsonValueKind.Array })
            .SelectMany(static f => f!.Value.EnumerateArray()).Select(CanonicalJson.Of).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return latest with { Content = Changed(latest, field, items) };
    }

    private static string Changed(ConflictVersion version, string field, IReadOnlyList<string>? items)
    {
        using var document = JsonDocument.Parse(version.Content!);
        return CanonicalJson.With(document.RootElement, field, items);
    }
}
