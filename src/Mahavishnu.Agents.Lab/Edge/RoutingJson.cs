using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Lab.Edge;

/// <summary>The edge's wire form: <c>{"epoch":5,"agent":"us-east-1-1","routes":{"us-east-1":{"us-east-1":100}}}</c>.</summary>
internal static class RoutingJson
{
    private const int MaxAgentLength = 128;

    /// <summary>Writes a state.</summary>
    public static string Write(RoutingCommand state) => Node(state).ToJsonString();

    /// <summary>Writes the record of effects: <c>[{"atSeconds":1.5,"outcome":"Accepted","command":{…}}]</c>; the command is null where none could be read.</summary>
    public static string Write(IReadOnlyList<EdgeEffect> history) => new JsonArray([.. history.Select(static effect => (JsonNode)new JsonObject
    {
        ["atSeconds"] = effect.At.TotalSeconds,
        ["outcome"] = effect.Outcome.ToString(),
        ["command"] = effect.Command is { } command ? Node(command) : null,
    })]).ToJsonString();

    /// <summary>Reads a command.</summary>
    /// <param name="json">The body.</param>
    /// <param name="regions">The regions that may be named.</param>
    /// <param name="command">The command.</param>
    /// <param name="problem">What is wrong with the body, for its sender.</param>
    public static bool TryRead(
        JsonElement json, IReadOnlySet<RegionId> regions, [NotNullWhen(true)] out RoutingCommand? command, [NotNullWhen(false)] out string? problem)
    {
        command = null;
        if (json.ValueKind != JsonValueKind.Object || json.EnumerateObject().FirstOrDefault(static p => p.Name is not ("epoch" or "agent" or "routes")) is { Value.ValueKind: not JsonValueKind.Undefined })
        {
            problem = "expected an object of epoch, agent and routes only";
        }
        else if (!json.TryGetProperty("epoch", out var epoch) || epoch.ValueKind != JsonValueKind.Number || !epoch.TryGetInt64(out var number) || number < 1)
        {
            problem = "epoch: expected a whole number from 1";
        }
        else if (!json.TryGetProperty("agent", out var agent) || agent.ValueKind != JsonValueKind.String || agent.GetString() is not { Length: > 0 and <= MaxAgentLength } name)
        {
            problem = $"agent: expected a text of 1 to {MaxAgentLength} characters";
        }
        else if (!json.TryGetProperty("routes", out var routes) || routes.ValueKind != JsonValueKind.Object)
        {
            problem = "routes: expected an object of audiences";
        }
        else if (TryReadTable(routes, regions, out var table, out problem))
        {
            command = new RoutingCommand(number, name, table);
        }

        return command is not null;
    }

    private static JsonObject Node(RoutingCommand state) => new()
    {
        ["epoch"] = state.Epoch,
        ["agent"] = state.Agent,
        ["routes"] = new JsonObject(state.Routes.Audiences.Select(audience => KeyValuePair.Create(audience.Value, (JsonNode?)Row(state.Routes.Shares(audience))))),
    };

    private static JsonObject Row(IReadOnlyDictionary<RegionId, int> shares) =>
        new(shares.Select(static share => KeyValuePair.Create(share.Key.Value, (JsonNode?)share.Value)));

    private static bool TryReadTable(
        JsonElement routes, IReadOnlySet<RegionId> regions, [NotNullWhen(true)] out RoutingTable? table, [NotNullWhen(false)] out string? problem)
    {
        (table, problem) = (null, null);
        var read = RoutingTable.Empty;
        foreach (var row in routes.EnumerateObject())
        {
            problem = TryReadRow(row, regions, out var shares);
            if (problem is not null)
            {
                return false;
            }

            read = read.With(new RegionId(row.Name), shares);
        }

        table = read;
        return true;
    }

    private static string? TryReadRow(JsonProperty row, IReadOnlySet<RegionId> regions, out (RegionId Serving, int Percent)[] shares)
    {
        shares = [];
        if (!regions.Contains(new RegionId(row.Name)) || row.Value.ValueKind != JsonValueKind.Object)
        {
            return $"routes.{row.Name}: expected a region of this edge ({string.Join(", ", regions)}) with an object of shares";
        }

        var read = new Dictionary<RegionId, int>();
        foreach (var share in row.Value.EnumerateObject())
        {
            var serving = new RegionId(share.Name);
            if (!regions.Contains(serving) || share.Value.ValueKind != JsonValueKind.Number || !share.Value.TryGetInt32(out var percent) || percent is < 0 or > 100 || !read.TryAdd(serving, percent))
            {
                return $"routes.{row.Name}.{share.Name}: expected a region of this edge, once, with a whole number from 0 to 100";
            }
        }

        if (read.Values.Sum() is not (0 or 100))
        {
            return $"routes.{row.Name}: expected shares with the sum 0 or 100";
        }

        shares = [.. read.Select(static s => (s.Key, s.Value))];
        return null;
    }
}
