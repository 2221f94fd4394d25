using System.Text;
using System.Text.Json;

namespace Mahavishnu.Agents.TestKit.Fuzzing;

/// <summary>Where a value of a JSON text stands, with its name when it is a member. Positions count characters.</summary>
/// <param name="Start">The first character, of the name when there is one.</param>
/// <param name="ValueStart">The first character of the value.</param>
/// <param name="End">Behind the last character of the value.</param>
internal readonly record struct JsonSpan(int Start, int ValueStart, int End)
{
    /// <summary>Every value in the text, the whole document among them; none when it is no JSON.</summary>
    public static IReadOnlyList<JsonSpan> In(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 10_000 });
        var spans = new List<JsonSpan>();
        var open = new Stack<(int Start, int ValueStart)>();
        int? name = null;
        try
        {
            while (reader.Read())
            {
                var (start, end) = ((int)reader.TokenStartIndex, (int)reader.BytesConsumed);
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        name = start;
                        continue;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        open.Push((name ?? start, start));
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        var (from, value) = open.Pop();
                        spans.Add(new JsonSpan(from, value, end));
                        break;
                    default:
                        spans.Add(new JsonSpan(name ?? start, start, end));
                        break;
                }

                name = null;
            }
        }
        catch (JsonException)
        {
            return [];
        }

        int Characters(int position) => Encoding.UTF8.GetCharCount(bytes, 0, position);
        return [.. spans.Select(span => new JsonSpan(Characters(span.Start), Characters(span.ValueStart), Characters(span.End)))];
    }

    /// <summary>The value alone.</summary>
    public string Value(string text) => text[ValueStart..End];

    /// <summary>Name and value.</summary>
    public string Whole(string text) => text[Start..End];

    /// <summary>The name with its quotes; empty when there is none.</summary>
    public string Name(string text) => Start == ValueStart ? "" : text[Start..text.LastIndexOf('"', ValueStart - 1, ValueStart - Start)] + "\"";

    /// <summary>The text with another value here.</summary>
    public string WithValue(string text, string value) => string.Concat(text.AsSpan(0, ValueStart), value, text.AsSpan(End));

    /// <summary>The text with another name here; unchanged when there is none.</summary>
    public string WithName(string text, string name) => Start == ValueStart ? text : string.Concat(text.AsSpan(0, Start), name, ":", text.AsSpan(ValueStart));

    /// <summary>The text without this, and without the comma that parted it from its neighbour.</summary>
    public string Without(string text)
    {
        var (before, after) = (text[..Start].TrimEnd(), text[End..].TrimStart());
        return after.StartsWith(',') ? before + after[1..]
            : before.EndsWith(',') ? before[..^1] + after
            : before + after;
    }
}
