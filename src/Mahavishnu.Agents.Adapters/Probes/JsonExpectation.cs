using System.Text.Json;

namespace Mahavishnu.Agents.Adapters.Probes;

/// <summary>JSON that a body must contain, compared by structure and not by text.</summary>
/// <remarks>
/// Every member of an expected object must be present and equal, further members are allowed, at every depth: so
/// <c>{"status":"healthy"}</c> accepts <c>{ "uptime": 7, "status": "healthy" }</c>. Arrays must agree in length and order.
/// Order of members and white space have no meaning, and 1, 1.0 and 1e0 are one number.
/// </remarks>
public sealed class JsonExpectation
{
    private const int ShownCharacters = 60;

    private readonly JsonElement _expected;

    /// <summary>Reads the expected JSON.</summary>
    /// <exception cref="ArgumentException"><paramref name="json"/> is not JSON.</exception>
    public JsonExpectation(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            _expected = document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new ArgumentException($"The expected body is not JSON: {error.Message}", nameof(json), error);
        }
    }

    /// <summary>Compares a body.</summary>
    /// <returns>The first difference in words, e.g. <c>body differs at $.status: "degraded", expected "healthy"</c>; null when there is none.</returns>
    public string? Difference(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var actual = JsonDocument.Parse(body);
            return Difference(_expected, actual.RootElement, "$");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The reader finds bytes that are no UTF-8 and halves of surrogate pairs only when a text is taken out.
            return "body is not JSON";
        }
    }

    private static string? Difference(JsonElement expected, JsonElement actual, string path)
    {
        if (expected.ValueKind != actual.ValueKind)
        {
            return Differs(expected, actual, path);
        }

        return expected.ValueKind switch
        {
            JsonValueKind.Object => ObjectDifference(expected, actual, path),
            JsonValueKind.Array => ArrayDifference(expected, actual, path),
            JsonValueKind.String => expected.ValueEquals(actual.GetString()) ? null : Differs(expected, actual, path),
            JsonValueKind.Number => SameNumber(expected, actual) ? null : Differs(expected, actual, path),
            _ => null,
        };
    }

    private static string? ObjectDifference(JsonElement expected, JsonElement actual, string path)
    {
        foreach (var member in expected.EnumerateObject())
        {
            var at = $"{path}.{member.Name}";
            if (!actual.TryGetProperty(member.Name, out var value))
            {
                return $"body differs at {at}: missing, expected {Shown(member.Value)}";
            }

            if (Difference(member.Value, value, at) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private static string? ArrayDifference(JsonElement expected, JsonElement actual, string path)
    {
        if (expected.GetArrayLength() != actual.GetArrayLength())
        {
            return $"body differs at {path}: {actual.GetArrayLength()} elements, expected {expected.GetArrayLength()}";
        }

        for (var i = 0; i < expected.GetArrayLength(); i++)
        {
            if (Difference(expected[i], actual[i], $"{path}[{i}]") is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private static bool SameNumber(JsonElement expected, JsonElement actual) =>
        expected.TryGetDecimal(out var left) && actual.TryGetDecimal(out var right)
            ? left == right
            : expected.GetDouble().Equals(actual.GetDouble());

    private static string Differs(JsonElement expected, JsonElement actual, string path) =>
        $"body differs at {path}: {Shown(actual)}, expected {Shown(expected)}";

    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        _ when value.GetRawText() is { Length: > ShownCharacters } text => text[..ShownCharacters] + "...",
        _ => value.GetRawText(),
    };
}
