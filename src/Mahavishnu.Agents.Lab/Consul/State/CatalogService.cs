using System.Text.Json.Serialization;

namespace Mahavishnu.Agents.Lab.Consul.State;

/// <summary>An instance of a service on a node.</summary>
/// <param name="Id">Unique on its node.</param>
/// <param name="Name">The service that it is an instance of.</param>
/// <param name="Tags">Labels; empty rather than null.</param>
/// <param name="Address">Where it listens; empty means the node's address.</param>
/// <param name="Meta">Free key-value pairs.</param>
/// <param name="Port">Where it listens.</param>
/// <param name="Weights">Shares for DNS answers; kept and echoed.</param>
/// <param name="EnableTagOverride">Kept and echoed.</param>
/// <param name="CreateIndex">Write index of the registration.</param>
/// <param name="ModifyIndex">Write index of the last change.</param>
internal sealed record CatalogService(
    [property: JsonPropertyName("ID")] string Id,
    [property: JsonPropertyName("Service")] string Name,
    IReadOnlyList<string> Tags,
    string Address,
    IReadOnlyDictionary<string, string> Meta,
    int Port,
    CatalogWeights Weights,
    bool EnableTagOverride,
    ulong CreateIndex = 0,
    ulong ModifyIndex = 0);

/// <summary>Shares of an instance, by its health.</summary>
/// <param name="Passing">Share while its checks pass.</param>
/// <param name="Warning">Share while one of them warns.</param>
internal sealed record CatalogWeights(int Passing = 1, int Warning = 1);
