using System.Globalization;
using System.Text.Json;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Replication;

/// <summary>
/// A conflict as it is reported: <c>{"id": UUID, "table": "orders", "key": {"id": 7}, "versions": [{"region": "us-east-1", "hlc": 115612,
/// "deleted": false, "content": {"id": 7, …}}, …]}</c>. A tombstone has no content; <c>hlc</c> is a packed <see cref="HybridTime"/>, as a
/// number or as its digits.
/// </summary>
/// <param name="Id">The same wherever and however often it is reported.</param>
/// <param name="Table">The table, with its schema.</param>
/// <param name="Key">The row's key as canonical JSON.</param>
/// <param name="Versions">The versions, one or more.</param>
public sealed record ConflictEvent(Guid Id, string Table, string Key, IReadOnlyList<ConflictVersion> Versions)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>The greatest time of its versions.</summary>
    public HybridTime Latest => Versions.Max(static v => v.Written);

    /// <summary>A table's name with its schema.</summary>
    public static string Qualified(string table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return table.Contains('.', StringComparison.Ordinal) ? table : $"public.{table}";
    }

    /// <summary>Reads an event; on failure it is null and the problem says what is wrong. The id is given as far as it could be read.</summary>
    public static (ConflictEvent? Event, Guid? Id, string Problem) Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Guid? id = null;
        try
        {
            using var document = JsonDocument.Parse(text, Strict);
            var root = document.RootElement;
            id = root.GetProperty("id").GetGuid();
            var (table, key, versions) = (root.GetProperty("table").GetString(), root.GetProperty("key"), root.GetProperty("versions"));
            if (string.IsNullOrWhiteSpace(table) || key.ValueKind != JsonValueKind.Object || versions.GetArrayLength() == 0)
            {
                return (null, id, "expected a table, a key that is an object, and at least one version");
            }

            var read = versions.EnumerateArray().Select(Version).ToList();
            return read.Find(static r => r.Version is null) is { Problem.Length: > 0 } wrong
                ? (null, id, wrong.Problem)
                : (new ConflictEvent(id.Value, Qualified(table), CanonicalJson.Of(key), [.. read.Select(static r => r.Version!)]), id, "");
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return (null, id, $"it is no conflict event: {unreadable.Message}");
        }
    }

    /// <summary>Reads one version, as <see cref="ConflictVersion.ToJson"/> writes it.</summary>
    public static (ConflictVersion? Version, string Problem) ReadVersion(string text)
    {
        using var document = JsonDocument.Parse(text, Strict);
        return Version(document.RootElement);
    }

    private static (ConflictVersion? Version, string Problem) Version(JsonElement version)
    {
        var (region, time) = (version.GetProperty("region").GetString(), version.GetProperty("hlc"));
        var deleted = version.TryGetProperty("deleted", out var said) && said.GetBoolean();
        var content = version.TryGetProperty("content", out var row) && row.ValueKind != JsonValueKind.Null ? row : (JsonElement?)null;
        return !RegionId.IsValid(region) ? (null, $"'{region}' is not the name of a region")
            : !(time.ValueKind == JsonValueKind.String ? long.TryParse(time.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var packed) : time.TryGetInt64(out packed)) || packed < 0 ? (null, $"'{time}' is no packed hybrid time; expected a whole number that is not negative")
            : deleted != content is null || content is { ValueKind: not JsonValueKind.Object } ? (null, $"the version of {region} has {(deleted ? "content though it is a deletion" : "no content that is an object")}")
            : (new ConflictVersion(new RegionId(region!), HybridTime.FromPacked(packed), content is { } value ? CanonicalJson.Of(value) : null), "");
    }
}
