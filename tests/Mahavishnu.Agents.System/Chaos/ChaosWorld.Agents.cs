using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.System.Chaos;

/// <content>What is asked of the agents, and what they say.</content>
internal sealed partial class ChaosWorld
{
    /// <summary>The data steps that agents say they have done.</summary>
    public IReadOnlySet<string> DataSteps() => AuditTrail.DataSteps(Path.Combine(_plan.Directory, "data")).ToHashSet();

    /// <summary>What a region's agent answers to a GET.</summary>
    public async Task<string> ReadAsync(RegionId region, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(PlanOf(region).Agent, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AgentToken);
        using var answer = await _client.SendAsync(request, Cancelled);
        return await answer.Content.ReadAsStringAsync(Cancelled);
    }

    /// <summary>Asks the leader once to move the users of a region, as an operator would; they return by themselves.</summary>
    /// <returns>Why it did not take the order; null when it did.</returns>
    public async Task<string?> OrderFailoverAsync(RegionId from)
    {
        Tell($"an operator fails {from} over");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(PlanOf(Sightings.Leader?.Region ?? Leader.Region).Agent, "v1/failover"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AgentToken);
        request.Content = JsonContent.Create(new { from = from.Value, force = true, reason = "chaos" });
        try
        {
            using var answer = await _client.SendAsync(request, Cancelled);

            // An order that was taken, though its answer came to nobody, is the plan that is under way.
            return answer.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.Conflict ? null : await answer.Content.ReadAsStringAsync(Cancelled);
        }
        catch (Exception silent) when (silent is HttpRequestException or OperationCanceledException && !Cancelled.IsCancellationRequested)
        {
            return silent.Message;
        }
    }
}
