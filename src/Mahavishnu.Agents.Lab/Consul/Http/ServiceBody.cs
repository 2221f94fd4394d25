using System.Text.Json.Serialization;
using Mahavishnu.Agents.Lab.Consul.State;

namespace Mahavishnu.Agents.Lab.Consul.Http;

/// <summary>A service instance as a client registers it with the agent.</summary>
internal sealed class ServiceBody
{
    /// <summary>Unique on the node; the name when absent.</summary>
    [JsonPropertyName("ID")]
    public string? Id { get; set; }

    /// <summary>The service.</summary>
    public string? Name { get; set; }

    /// <summary>Labels.</summary>
    public IReadOnlyList<string>? Tags { get; set; }

    /// <summary>Where it listens; not a wildcard address.</summary>
    public string? Address { get; set; }

    /// <summary>Where it listens.</summary>
    public int Port { get; set; }

    /// <summary>Free pairs.</summary>
    public IReadOnlyDictionary<string, string>? Meta { get; set; }

    /// <summary>Shares for DNS.</summary>
    public CatalogWeights? Weights { get; set; }

    /// <summary>Kept and echoed.</summary>
    public bool EnableTagOverride { get; set; }

    /// <summary>Its only check.</summary>
    public CheckBody? Check { get; set; }

    /// <summary>Its checks.</summary>
    public IReadOnlyList<CheckBody>? Checks { get; set; }

    /// <summary>The instance as it is stored.</summary>
    /// <exception cref="RequestRefusedException">400, a field is missing or wrong.</exception>
    public CatalogService ToService()
    {
        if (string.IsNullOrEmpty(Name))
        {
            throw new RequestRefusedException(400, "Missing service name");
        }

        if (Address is "0.0.0.0" or "::" or "[::]")
        {
            throw new RequestRefusedException(400, "Invalid service address");
        }

        return new CatalogService(
            Id is { Length: > 0 } ? Id : Name, Name, ConsulJson.Elements(Tags, nameof(Tags)), Address ?? "", Meta ?? new Dictionary<string, string>(), Port, Weights ?? new CatalogWeights(), EnableTagOverride);
    }

    /// <summary>The checks as they are stored; unnamed ones are numbered when there are several.</summary>
    public IReadOnlyList<CatalogCheck> ToChecks(string node, CatalogService service, ConsulState state)
    {
        CheckBody[] bodies = [.. Check is null ? [] : new[] { Check }, .. ConsulJson.Elements(Checks, nameof(Checks))];
        return
        [
            .. bodies.Index().Select(body =>
            {
                var id = body.Item.CheckId is { Length: > 0 } own ? own
                    : bodies.Length == 1 ? $"service:{service.Id}"
                    : $"service:{service.Id}:{body.Index + 1}";
                body.Item.ServiceId = service.Id;
                var name = body.Item.Name is { Length: > 0 } given ? given : $"Service '{service.Name}' check";
                return body.Item.ToCheck(node, id, name, state.Catalog.Checks.GetValueOrDefault((node, id)));
            }),
        ];
    }
}
