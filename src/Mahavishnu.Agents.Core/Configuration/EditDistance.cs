namespace Mahavishnu.Agents.Core.Configuration;

/// <summary>How far a mistyped name is from the names that exist.</summary>
public static class EditDistance
{
    private const int LongestName = 100;

    /// <summary>The least number of insertions, deletions and replacements of a character that turn one text into the other.</summary>
    public static int Between(string left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        var previous = Enumerable.Range(0, right.Length + 1).ToArray();
        var current = new int[right.Length + 1];
        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replace = previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                current[j] = Math.Min(replace, Math.Min(previous[j], current[j - 1]) + 1);
            }

            (previous, current) = (current, previous);
        }

        return previous[right.Length];
    }

    /// <summary>
    /// The known name that was probably meant: one of which at most a third of the characters (or two) differ, or else one that
    /// has the written name as one of its words, as <c>dynamic_latency</c> has <c>latency</c>. Null when there is none.
    /// </summary>
    /// <remarks>Case, and <c>-</c> against <c>_</c>, count for nothing. Of equally near names the first one wins.</remarks>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(known);
        var written = Plain(name);
        var limit = Math.Max(2, written.Length / 3);
        if (written.Length > LongestName)
        {
            return null;
        }

        var candidates = known.ToList();
        return candidates
            .Select(candidate => (Name: candidate, Distance: Between(written, Plain(candidate))))
            .Where(candidate => candidate.Distance <= limit && candidate.Distance < candidate.Name.Length)
            .OrderBy(static candidate => candidate.Distance)
            .Select(static candidate => candidate.Name)
            .FirstOrDefault() ?? candidates.Find(candidate => Plain(candidate).Split('_').Contains(written));
    }

    private static string Plain(string name) => name.ToLowerInvariant().Replace('-', '_');
}
