using System.Text.Json;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Lab.Edge;
using Xunit;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>What the edge itself shows: the routing in force, and every effect that it received.</summary>
/// <param name="address">Where it is controlled.</param>
/// <param name="regions">The regions that it serves.</param>
/// <param name="client">Reaches it.</param>
internal sealed class EdgeView(Uri address, IReadOnlyList<RegionId> regions, HttpClient client)
{
    /// <summary>The state in force; null when it does not answer.</summary>
    public async Task<RoutingCommand?> StateAsync()
    {
        try
        {
            var state = await ReadAsync("control/routes");
            return state.GetProperty("epoch").GetInt64() == 0 ? new RoutingCommand(0, "", RoutingTable.Home(regions)) : Command(state);
        }
        catch (Exception silent) when (silent is HttpRequestException or OperationCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Every effect that it received, in the order in which it judged.</summary>
    public async Task<IReadOnlyList<EdgeEffect>> EffectsAsync() => [.. (await ReadAsync("control/effects")).EnumerateArray().Select(effect => new EdgeEffect(
        TimeSpan.FromSeconds(effect.GetProperty("atSeconds").GetDouble()),
        effect.GetProperty("command") is { ValueKind: JsonValueKind.Object } command ? Command(command) : null,
        Enum.Parse<EffectOutcome>(effect.GetProperty("outcome").GetString()!)))];

    private async Task<JsonElement> ReadAsync(string path) =>
        JsonSerializer.Deserialize<JsonElement>(await client.GetStringAsync(new Uri(address, path), TestContext.Current.CancellationToken));

    private RoutingCommand Command(JsonElement json) =>
        RoutingJson.TryRead(json, regions.ToHashSet(), out var command, out var problem) ? command : throw new InvalidDataException($"The edge shows {json}: {problem}");
}
