using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Replication;

/// <summary>One version of a row, with its content.</summary>
/// <param name="Region">Where it was written.</param>
/// <param name="Written">When.</param>
/// <param name="Content">The row as canonical JSON; null when the version is a tombstone.</param>
public sealed record ConflictVersion(RegionId Region, HybridTime Written, string? Content)
{
    /// <summary>Whether it is a tombstone.</summary>
    public bool Deleted => Content is null;

    /// <summary>The version as the resolver orders it.</summary>
    public RowVersion ToRow() => ToRow(Content ?? "");

    /// <summary>The version as the resolver orders it, told apart from others of its time and region by a part of its content.</summary>
    public RowVersion ToRow(string content) =>
        new(Written, Region, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content))), Deleted);

    /// <summary>A field of the content; null when there is none.</summary>
    public JsonElement? Field(string name)
    {
        if (Content is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(Content);
        return document.RootElement.TryGetProperty(name, out var field) ? field.Clone() : null;
    }

    /// <summary>The version as it is stored and written back.</summary>
    public string ToJson() => FormattableString.Invariant(
        $"{{\"region\":\"{Region}\",\"hlc\":{Written.Packed},\"deleted\":{(Deleted ? "true" : "false")},\"content\":{Content ?? "null"}}}");
}
