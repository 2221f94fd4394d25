namespace Mahavishnu.Agents.Configuration;

/// <summary>One region of the deployment. Bound from <c>regions.{region}</c>.</summary>
internal sealed class RegionOptions
{
    /// <summary>Whose region it is, e.g. <c>aws</c>.</summary>
    public string? Provider { get; init; }

    /// <summary>Whether it serves users all the time.</summary>
    /// <value>Default <c>primary</c>.</value>
    public RegionRole Role { get; init; }

    /// <summary>Where its data lies in law, e.g. <c>us</c>, <c>eu</c>, <c>apac</c>; null is unknown.</summary>
    public string? DataResidency { get; init; }

    /// <summary>The classes of data that it holds; null is unknown, empty is none.</summary>
    public IReadOnlyList<string>? DataClasses { get; init; }

    /// <summary>The base URL of its health checks; null means that it cannot be probed.</summary>
    [Schemes("http", "https", "tcp")]
    public Uri? Endpoint { get; init; }

    /// <summary>Its store; only for regions in the quorum.</summary>
    [Schemes("http", "https", HostAndPort = true)]
    public Uri? Consul { get; init; }

    /// <summary>The ACL token of its store.</summary>
    public Secret? ConsulToken { get; init; }

    /// <summary>The Consul datacenter of its store; null for the one that answers.</summary>
    public string? ConsulDatacenter { get; init; }

    /// <summary>Certificates in PEM that the store is checked against; null for those of the system.</summary>
    public string? ConsulCaFile { get; init; }

    /// <summary>The share of its capacity that is free for users of other regions; null is unknown.</summary>
    [Ratio]
    [Limits("0", "1")]
    public double? Capacity { get; init; }

    /// <summary>Of otherwise equal targets the one with the greater preference is taken.</summary>
    /// <value>Default 0.</value>
    [Limits("-1000", "1000")]
    public int Preference { get; init; }
}

/// <summary>What a region is there for.</summary>
internal enum RegionRole
{
    /// <summary>It serves users all the time.</summary>
    Primary = 0,

    /// <summary>It serves users only when others fail.</summary>
    Backup,
}

/// <summary>Where a class of data may lie: exactly one of the two is given. Bound from <c>data_classes.{class}</c>.</summary>
internal sealed class DataClassOptions
{
    /// <summary>Whether it may lie anywhere.</summary>
    public bool? Anywhere { get; init; }

    /// <summary>For data that lies in a residency, the residencies that it may move to; none listed is none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? MayMove { get; init; }
}
