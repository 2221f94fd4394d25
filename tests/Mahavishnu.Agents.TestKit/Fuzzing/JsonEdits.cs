using System.Text;
using System.Text.Json;
using CsCheck;

namespace Mahavishnu.Agents.TestKit.Fuzzing;

/// <summary>JSON near a sound document: the hardest to tell from it.</summary>
public static class JsonEdits
{
    private static readonly string[] s_wild =
    [
        "null", "true", "false", "0", "-0", "-1", "1", "2", "50", "99", "100", "101", "1e2", "1.5", "0.2", "1e-400", "1e-9999999999", "1e9999999999", "1e400", "-1e400", "NaN", "Infinity",
        "2147483647", "2147483648", "-2147483649", "9007199254740991", "9007199254740992", "9223372036854775807", "9223372036854775808", "18446744073709551615",
        "18446744073709551616", "79228162514264337593543950335", "\"\"", "\" \"", "\"0\"", "\"1\"", "\"true\"", "\"null\"", "\"NaN\"", "\"..\"", "\"../../x\"", "\"a/b\"",
        "\"\\u0000\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"\u00e9\u2028\ufeff\"", "\"us-east-1\"", "\"eu-west-1\"", "\"mars\"", "\"US East\"", "\"aGVsbG8=\"", "\"!!\"",
        "[]", "{}", "[null]", "[[]]", "[{}]", "{\"\":0}", "{\"a\":null}", "[\"us-east-1\"]", "[\"us-east-1\",\"us-east-1\"]", "{\"us-east-1\":100}",
        "{\"us-east-1\":{\"us-east-1\":100}}", "{\"us-east-1\":50,\"eu-west-1\":50}", $"\"{new string('x', 20_000)}\"", new string('[', 5000),
    ];

    private static readonly string[] s_litter =
        ["{", "}", "[", "]", ",", ":", "\"", "\\", "/* */", "//", "\0", "\t", "\n", "\u00a0", "\ufeff", "\ud800", "'", "0", "-", "e", "\"x\":", ",null", "{}", "[]", "true"];

    /// <summary>Documents that are a few changes away from a sound one.</summary>
    /// <param name="sound">The sound document.</param>
    /// <param name="words">Further JSON values that mean something where it is read.</param>
    public static Gen<string> Of(string sound, params string[] words)
    {
        string[] values = [.. s_wild, .. words];
        var edit = Gen.Select(
            Gen.Frequency((6, JsonEditKind.Replace), (4, JsonEditKind.Transplant), (3, JsonEditKind.Drop), (2, JsonEditKind.Double), (2, JsonEditKind.Rename), (1, JsonEditKind.Wrap), (1, JsonEditKind.Cut), (1, JsonEditKind.Litter)),
            Gen.Int[0, 9999],
            Gen.Int[0, 9999],
            static (kind, at, other) => new JsonEdit(kind, at, other));
        return edit.Array[1, 4].Select(edits => edits.Aggregate(sound, (text, e) => Apply(text, e, values)));
    }

    private static string Apply(string text, JsonEdit edit, string[] values)
    {
        var spans = JsonSpan.In(text);
        if (edit.Kind == JsonEditKind.Cut || text.Length == 0)
        {
            return text[..(edit.At % (text.Length + 1))];
        }

        if (edit.Kind == JsonEditKind.Litter || spans.Count == 0)
        {
            return text.Insert(edit.At % (text.Length + 1), s_litter[edit.Other % s_litter.Length]);
        }

        var at = spans[edit.At % spans.Count];
        var other = spans[edit.Other % spans.Count];
        return edit.Kind switch
        {
            JsonEditKind.Replace => at.WithValue(text, values[edit.Other % values.Length]),
            JsonEditKind.Transplant => at.WithValue(text, other.Value(text)),
            JsonEditKind.Drop => at.Without(text),
            JsonEditKind.Double => text.Insert(at.End, "," + at.Whole(text)),
            JsonEditKind.Rename => at.WithName(text, other.Name(text) is { Length: > 0 } name && edit.Other % 2 == 0 ? name : s_names[edit.Other % s_names.Length]),
            _ => at.WithValue(text, Wrapped(at.Value(text), s_depths[edit.Other % s_depths.Length])),
        };
    }

    private static readonly int[] s_depths = [1, 2, 30, 63, 64, 65, 200];

    private static readonly string[] s_names = ["\"\"", "\"$type\"", "\"x\"", "\"EPOCH\"", "\"\\u0000\"", "\"\\ud800\"", "\"us-east-1\"", "\"US\""];

    private static string Wrapped(string value, int depth) =>
        new StringBuilder().Append('[', depth).Append(value).Append(']', depth).ToString();
}
