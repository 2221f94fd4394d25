using CsCheck;

namespace Mahavishnu.Agents.Tests.Configuration;

/// <summary>YAML near a sound text: lines left out, doubled, exchanged and moved, other keys and values, and what only a parser looks at.</summary>
internal static class YamlEdits
{
    private static readonly string[] s_values =
    [
        "", "~", "null", "true", "no", "0", "-1", "1", "2", "100", "101", "0.5", "1.5", "1e308", "1e400", ".inf", "-.inf", ".nan", "NaN", "Infinity", "0x1F", "1_000", "2147483648", "9999999999999999999999", "٣",
        "0s", "1ms", "10ms", "100ms", "400ms", "500ms", "1s", "2s", "4s", "5s", "10s", "15s", "15.2s", "30s", "1h", "24h", "1d", "10000d", "99999999d", "5 m", "-5s", "1e3s", "500µs", "1.5.2s", "s",
        "[]", "{}", "[1, [2]]", "[us-east-1]", "[us-east-1, us-east-1]", "{a: b}", "{us-east-1: us}", "[read]", "[health]", "[leadership]", "fast", "default", "tcp", "http", "primary", "backup", "A", "AAAA", "CNAME",
        "http://x", "http://x/path?q=1#f", "http://user:pw@x", "https://[::1]:8501", "http://[::1", "http://x:99999", "tcp://x", "tcp://127.0.0.1:1", "unix:///x", "unix://", "x:8500", "/", "//", "a//b", "../x", ".", "..", "a/../b", "a b", "é", "😀", "\"\\x00\"", "\"\\ud800\"",
        "us-east-1", "eu-west-1", "US-EAST-1", "mars", "original", "failover", "file:", "file:/nowhere", "env:", "env:NOBODY", "secret://x", "secret://a#b", "127.0.1.1", "::1", "host.", "host.example.", "a.b", "*", "*a", "&a x", "&a [*a]", "!!int 5", "!x", "%", "@", "`", "|", ">", "- a", "a: b", "'", "\"",
        "0.0.0.0:1", "localhost:0", "127.0.0.1:65536", ":8610", "/health", "health", "/a b", "/%zz", "//x", "/é", "'{\"a\":1}'", "'{'", new('x', 5000), new('[', 200),
    ];

    private static readonly string[] s_pieces = ["\t", "\r", "\0", "\u0085", "\u00a0", "\u2028", "\ufeff", "---\n", "...\n", "%YAML 1.2\n", "? ", "<<: ", ": ", "- ", "# ", "'", "\"", "{", "}", "[", "]", "&x ", "*x ", "\n\n", "  "];

    /// <summary>Values of every type, right and wrong.</summary>
    public static IReadOnlyList<string> Values => s_values;

    /// <summary>Texts that are up to four changes away from a sound one.</summary>
    public static Gen<string> Of(string sound)
    {
        var edit = Gen.Select(Gen.Frequency((8, 0), (2, 1), (2, 2), (1, 3), (2, 4), (3, 5), (1, 6), (1, 7), (1, 8), (1, 9)), Gen.Int[0, 9999], Gen.Int[0, 9999]);
        return edit.Array[1, 4].Select(edits => edits.Aggregate(sound, static (text, e) => Apply(text, e.Item1, e.Item2, e.Item3)));
    }

    private static string Apply(string text, int kind, int at, int other)
    {
        var lines = text.Split('\n').ToList();
        var (line, second) = (at % lines.Count, other % lines.Count);
        switch (kind)
        {
            case 0:
                lines[line] = WithValue(lines[line], s_values[other % s_values.Length]);
                break;
            case 1:
                lines[line] = WithValue(lines[line], ValueOf(lines[second]));
                break;
            case 2:
                lines.RemoveAt(line);
                break;
            case 3:
                lines.Insert(second, lines[line]);
                break;
            case 4:
                lines[line] = other % 2 == 0 ? "  " + lines[line] : lines[line].StartsWith("  ", StringComparison.Ordinal) ? lines[line][2..] : lines[line];
                break;
            case 5:
                lines[line] = WithKey(lines[line], KeyOf(lines[second]));
                break;
            case 6:
                return text[..(at * text.Length / 10_000)];
            case 7:
                return text.Insert(at * text.Length / 10_000, s_pieces[other % s_pieces.Length]);
            case 8:
                return text.Replace("\n", "\r\n", StringComparison.Ordinal);
            default:
                (lines[line], lines[second]) = (lines[second], lines[line]);
                break;
        }

        return string.Join('\n', lines);
    }

    private static int Colon(string line) => line.IndexOf(':', StringComparison.Ordinal);

    private static string ValueOf(string line) => Colon(line) is >= 0 and var colon ? line[(colon + 1)..].Trim() : line.Trim().TrimStart('-').Trim();

    private static string KeyOf(string line) => Colon(line) is >= 0 and var colon ? line[..colon].Trim().TrimStart('-').Trim() : "x";

    private static string WithValue(string line, string value) => Colon(line) is >= 0 and var colon ? $"{line[..(colon + 1)]} {value}" : line + value;

    private static string WithKey(string line, string key) => Colon(line) is >= 0 and var colon ? $"{line[..(line.Length - line.TrimStart(' ', '-').Length)]}{key}{line[colon..]}" : line;
}
