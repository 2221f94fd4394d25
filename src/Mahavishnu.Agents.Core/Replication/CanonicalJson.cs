using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mahavishnu.Agents.Core.Replication;

/// <summary>One text for one value of JSON: no white space, the keys of objects in ordinal order, numbers as they were written.</summary>
public static class CanonicalJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text of a value.</summary>
    public static string Of(JsonElement value) => Written(writer => Write(writer, value));

    /// <summary>The text of an object in which one field has another value; null leaves the field out.</summary>
    public static string With(JsonElement value, string field, IReadOnlyList<string>? items) => Written(writer =>
    {
        writer.WriteStartObject();
        foreach (var name in value.EnumerateObject().Select(static p => p.Name).Union(items is null ? [] : [field]).Where(n => n != field || items is not null).Order(StringComparer.Ordinal))
        {
            writer.WritePropertyName(name);
            if (name == field)
            {
                writer.WriteRawValue($"[{string.Join(',', items!)}]");
            }
            else
            {
                Write(writer, value.GetProperty(name));
            }
        }

        writer.WriteEndObject();
    });

    private static string Written(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject().OrderBy(static p => p.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
