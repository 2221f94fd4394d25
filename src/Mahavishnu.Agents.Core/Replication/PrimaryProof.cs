using System.Text.Json;
using System.Text.Json.Serialization;
using Mahavishnu.Agents.Core.Records;

namespace Mahavishnu.Agents.Core.Replication;

/// <summary>A sign that a region was the primary when it was written: the value of the control key <c>primary/{dataset}/proof</c>.</summary>
/// <param name="Token">The token of the claim that it was made under.</param>
/// <param name="Process">The process that made it.</param>
/// <param name="Counter">Rises with every proof of the process, so that no text is written twice.</param>
public sealed record PrimaryProof(long Token, string Process, long Counter)
{
    /// <summary>The text that is stored.</summary>
    public string ToText() => JsonSerializer.Serialize(this, ProofJson.Default.PrimaryProof);

    /// <summary>The token of a stored proof; null when it is none.</summary>
    public static long? TokenIn(string text) => StoredJson.Read(text, ProofJson.Default.PrimaryProof).Value?.Token;
}

[JsonSourceGenerationOptions(AllowDuplicateProperties = false, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PrimaryProof))]
internal sealed partial class ProofJson : JsonSerializerContext;
