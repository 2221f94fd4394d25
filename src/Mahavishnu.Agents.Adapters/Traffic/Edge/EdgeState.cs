using System.Text.Json;
using System.Text.Json.Nodes;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Adapters.Traffic.Edge;

/// <summary>
/// What an edge does, and on whose authority; on the wire
/// <c>{"epoch":5,"agent":"…","routes":{"us-east-1":{"us-east-1":100}}}</c>, both ways.
/// </summary>
/// <param name="Epoch">The greatest epoch that the edge has accepted; 0 before the first.</param>
/// <param name="Agent">Who sent it.</param>
/// <param name="Routes">Every audience of the edge; one without shares is drained.</param>
internal sealed record EdgeState(long Epoch, string Agent, RoutingTable Routes)
{
    /// <summary>The wire form.</summary>
    public JsonObject ToJson() => new()
    {
        ["epoch"] = Epoch,
        ["agent"] = Agent,
        ["routes"] = new JsonObject(Routes.Audiences.Select(audience => KeyValuePair.Create<string, JsonNode?>(audience.Value, Row(audience)))),
    };

    /// <summary>Reads the wire form; null when something in it is missing or makes no sense.</summary>
    public static EdgeState? Parse(JsonObject? json)
    {
        if (json?["epoch"]?.GetValueKind() != JsonValueKind.Number || !json["epoch"]!.AsValue().TryGetValue<long>(out var epoch) ||
            json["routes"] is not JsonObject routes)
        {
            return null;
        }

        var table = RoutingTable.Empty;
        foreach (var (audience, row) in routes)
        {
            if (!RegionId.IsValid(audience) || row is not JsonObject shares || Shares(shares) is not { } parsed)
            {
                return null;
            }

            table = table.With(new RegionId(audience), parsed);
        }

        return new EdgeState(epoch, json["agent"]?.ToString() ?? "", table);
    }

    private JsonObject Row(RegionId audience) =>
        new(Routes.Shares(audience).Select(static share => KeyValuePair.Create<string, JsonNode?>(share.Key.Value, share.Value)));

    private static (RegionId, int)[]? Shares(JsonObject row)
    {
        var shares = new List<(RegionId, int Percent)>();
        foreach (var (serving, value) in row)
        {
            if (!RegionId.IsValid(serving) || value is not JsonValue number || !number.TryGetValue<int>(out var percent) || percent is < 0 or > 100)
            {
                return null;
            }

            shares.Add((new RegionId(serving), percent));
        }

        return shares.Sum(static share => share.Percent) is 0 or 100 ? [.. shares] : null;
    }
}
