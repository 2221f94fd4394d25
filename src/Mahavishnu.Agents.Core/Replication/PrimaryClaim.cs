using System.Text.Json;
using System.Text.Json.Serialization;
using Mahavishnu.Agents.Core.Records;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Replication;

/// <summary>Which region may write a dataset: the value of the control key <c>primary/{dataset}</c>.</summary>
/// <param name="Region">The region.</param>
/// <param name="Epoch">The term that said so.</param>
/// <param name="Token">Rises with every change of the claim, over all terms; see <see cref="TokenOf"/>.</param>
public sealed record PrimaryClaim(RegionId Region, long Epoch, long Token)
{
    /// <summary>The format that this build writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The fencing token of a record of a term: epoch × 2³² + sequence, since one term may move a dataset more than once.</summary>
    /// <exception cref="OverflowException">A number that no agent counts to.</exception>
    public static long TokenOf(long epoch, long sequence) =>
        epoch is >= 0 and <= int.MaxValue && sequence is >= 0 and <= uint.MaxValue
            ? (epoch << 32) | sequence
            : throw new OverflowException($"epoch {epoch} and sequence {sequence} make no token");

    /// <summary>The text that is stored.</summary>
    public string ToText() => JsonSerializer.Serialize(new ClaimText(CurrentFormat, Region.Value, Epoch, Token), ClaimJson.Default.ClaimText);

    /// <summary>Reads a stored claim; on failure the claim is null and the problem says what is wrong.</summary>
    public static (PrimaryClaim? Claim, string Problem) Read(string text)
    {
        var (stored, unreadable) = StoredJson.Read(text, ClaimJson.Default.ClaimText);
        var problem =
            stored is null ? unreadable
            : stored.Format is < 1 or > CurrentFormat ? $"the claim has format {stored.Format}; this build reads formats 1 to {CurrentFormat}"
            : !RegionId.IsValid(stored.Region) ? $"'{stored.Region}' is not the name of a region"
            : !StoredJson.IsCount(stored.Epoch) ? $"epoch {stored.Epoch} is not one that ours have counted to"
            : stored.Token < 0 || stored.Token >> 32 > stored.Epoch ? $"token {stored.Token} is none of epoch {stored.Epoch} or an earlier one"
            : "";
        return problem.Length > 0 ? (null, problem) : (new PrimaryClaim(new RegionId(stored!.Region), stored.Epoch, stored.Token), "");
    }
}

internal sealed record ClaimText(
    [property: JsonRequired] int Format,
    [property: JsonRequired] string Region,
    [property: JsonRequired] long Epoch,
    [property: JsonRequired] long Token);

[JsonSourceGenerationOptions(AllowDuplicateProperties = false, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ClaimText))]
internal sealed partial class ClaimJson : JsonSerializerContext;
