namespace Mahavishnu.Agents.Configuration;

/// <summary>How what somebody wrote is repeated in a message.</summary>
internal static class Shown
{
    private const int Longest = 60;
    private const int MostListed = 60;
    private const int MostCompared = 100;

    /// <summary>Without control characters, which could forge lines of a log, and cut at 60 characters.</summary>
    public static string Plainly(string text)
    {
        var cut = text.Length > Longest ? string.Concat(text.AsSpan(0, Longest), "…") : text;
        return string.Create(cut.Length, cut, static (shown, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                shown[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) ? '?' : source[i];
            }
        });
    }

    /// <summary>In backticks, with the credentials of a URL blotted out.</summary>
    public static string Quoted(string text) => $"`{Plainly(SecretKeys.WithoutCredentials(text))}`";

    /// <summary>With commas between them, and an ellipsis after the first sixty.</summary>
    public static string Listed(IEnumerable<string> names) =>
        string.Join(", ", names.Take(MostListed + 1).Select(static (name, i) => i < MostListed ? Plainly(name) : "…"));

    /// <summary>The end of a message that offers the nearest known name; empty when there is none.</summary>
    public static string DidYouMean(string written, IEnumerable<string> known) =>
        Core.Configuration.EditDistance.Nearest(written, known.Take(MostCompared)) is { } name ? $"; did you mean `{Plainly(name)}`?" : "";
}
