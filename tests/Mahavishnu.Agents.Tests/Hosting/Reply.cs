using System.Text.Json.Nodes;

namespace Mahavishnu.Agents.Tests.Hosting;

/// <summary>What an agent answered.</summary>
internal sealed record Reply(int Status, string Text, string? Allow, string? ContentType)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public string? Error => (string?)Json["error"];

    public string Message => (string?)Json["message"] ?? "";
}

/// <summary>What a refused request must leave as it was.</summary>
/// <param name="Journals">The journal at every store.</param>
/// <param name="Epochs">The epoch at every store.</param>
/// <param name="Maintenance">The pause at every store.</param>
/// <param name="Routes">What the edge does.</param>
internal sealed record Footprint(string Journals, string Epochs, string Maintenance, string Routes);
