using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mahavishnu.Agents.Core.Records;

/// <summary>Reads what the stores hold, which anybody with a token may have written.</summary>
internal static class StoredJson
{
    /// <summary>
    /// No count of ours gets there: it would take a write in every microsecond for centuries. What stands beyond it was
    /// damaged, and a successor that counted on from it would soon write a number that nobody reads.
    /// </summary>
    private const long Uncountable = 1L << 53;

    /// <summary>Whether a number that rises by one with every write may have come to <paramref name="count"/>.</summary>
    public static bool IsCount(long count) => count is >= 1 and < Uncountable;

    /// <summary>Reads a text of a shape. Never throws for what it holds: on failure the value is null and the problem says what is wrong.</summary>
    public static (T? Value, string Problem) Read<T>(string text, JsonTypeInfo<T> shape)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(text, shape) is { } value ? (value, "") : (null, "the record is empty");
        }
        catch (Exception unreadable) when (unreadable is JsonException or ArgumentException)
        {
            // An argument is wrong when the text has halves of surrogate pairs.
            return (null, unreadable.Message);
        }
    }
}
