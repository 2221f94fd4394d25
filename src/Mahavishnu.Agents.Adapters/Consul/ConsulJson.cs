using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>Reads and writes <see cref="ConsulWire"/>. A missing or null field that Consul always sends is an error.</summary>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ConsulWire.SessionRequest))]
[JsonSerializable(typeof(ConsulWire.CreatedSession))]
[JsonSerializable(typeof(ConsulWire.Session[]))]
[JsonSerializable(typeof(ConsulWire.Entry[]))]
[JsonSerializable(typeof(ConsulWire.Operation[]))]
[JsonSerializable(typeof(ConsulWire.Transaction))]
[JsonSerializable(typeof(ConsulWire.ServiceRequest))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(bool))]
internal sealed partial class ConsulJson : JsonSerializerContext
{
    /// <summary>Reads the body of an answer.</summary>
    /// <exception cref="JsonException">It is not JSON, or not of this shape.</exception>
    public static T Read<T>(ConsulAnswer answer, JsonTypeInfo<T> shape) =>
        JsonSerializer.Deserialize(answer.Body.Span, shape) ?? throw new JsonException("the body is null");

    /// <summary>The elements of a list, none for an absent one.</summary>
    /// <exception cref="JsonException">One of them is null.</exception>
    public static T[] Elements<T>(T[]? list) =>
        list is null ? [] : Array.TrueForAll(list, static element => element is not null) ? list : throw new JsonException("a list has a null element");

    /// <summary>Reads the bare <c>true</c> or <c>false</c> of a write.</summary>
    public static ConsulResult<bool>? ReadFlag(ConsulAnswer answer) =>
        answer.Status == 200 ? new ConsulResult<bool>.Ok(Read(answer, Default.Boolean), answer.Meta) : null;
}
