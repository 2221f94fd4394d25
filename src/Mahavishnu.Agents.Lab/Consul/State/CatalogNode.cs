using System.Text.Json.Serialization;

namespace Mahavishnu.Agents.Lab.Consul.State;

/// <summary>A node of the datacenter.</summary>
/// <param name="Id">Its identifier, may be empty.</param>
/// <param name="Name">Its name, which sessions refer to.</param>
/// <param name="Address">Its network address.</param>
/// <param name="Datacenter">The datacenter it belongs to.</param>
/// <param name="CreateIndex">Write index of the registration.</param>
/// <param name="ModifyIndex">Write index of the last change.</param>
internal sealed record CatalogNode(
    [property: JsonPropertyName("ID")] string Id,
    [property: JsonPropertyName("Node")] string Name,
    string Address,
    string Datacenter,
    ulong CreateIndex = 0,
    ulong ModifyIndex = 0);
