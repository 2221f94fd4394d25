using System.Collections.Immutable;

namespace Mahavishnu.Agents.Lab.Consul.State;

/// <summary>Nodes, service instances and checks of the datacenter.</summary>
/// <param name="Nodes">Nodes by name.</param>
/// <param name="Services">Instances by node and id.</param>
/// <param name="Checks">Checks by node and id.</param>
/// <param name="ServiceIndexes">Index of the last change that concerned a service, also after its last instance went.</param>
/// <param name="LastIndex">Index of the last change of any of them.</param>
internal sealed record Catalog(
    ImmutableSortedDictionary<string, CatalogNode> Nodes,
    ImmutableSortedDictionary<(string Node, string Id), CatalogService> Services,
    ImmutableSortedDictionary<(string Node, string Id), CatalogCheck> Checks,
    ImmutableDictionary<string, ulong> ServiceIndexes,
    ulong LastIndex)
{
    /// <summary>A catalog without nodes.</summary>
    public static Catalog Empty { get; } = new(
        ImmutableSortedDictionary.Create<string, CatalogNode>(StringComparer.Ordinal),
        ImmutableSortedDictionary<(string, string), CatalogService>.Empty,
        ImmutableSortedDictionary<(string, string), CatalogCheck>.Empty,
        ImmutableDictionary.Create<string, ulong>(StringComparer.Ordinal),
        0);

    /// <summary>The checks that belong to the node itself.</summary>
    public IEnumerable<CatalogCheck> NodeChecks(string node) => Checks.Values.Where(check => check.Node == node && check.ServiceId.Length == 0);

    /// <summary>The checks of one instance, without those of its node.</summary>
    public IEnumerable<CatalogCheck> ServiceChecks(string node, string serviceId) =>
        Checks.Values.Where(check => check.Node == node && check.ServiceId == serviceId && serviceId.Length > 0);

    /// <summary>The instances on a node.</summary>
    public IEnumerable<CatalogService> ServicesOf(string node) => Services.Where(entry => entry.Key.Node == node).Select(static entry => entry.Value);

    /// <summary>The checks of the node and of one of its instances.</summary>
    public IReadOnlyList<CatalogCheck> HealthOf(string node, string serviceId) => [.. NodeChecks(node), .. ServiceChecks(node, serviceId)];
}
