namespace Mahavishnu.Agents.Configuration;

/// <summary>How regions are probed. Bound from <c>health_checks</c>.</summary>
internal sealed class HealthCheckOptions
{
    /// <summary>The checks of every region, from outside.</summary>
    public RegionalCheckOptions Regional { get; init; } = new(TimingProfile.Default);

    /// <summary>The checks of the databases; accepted, not used by this build.</summary>
    public DatabaseCheckOptions? Database { get; init; }

    /// <summary>What the agent's own region depends on. Those with an HTTP or TCP endpoint are checked.</summary>
    public IReadOnlyList<DependencyOptions> Dependencies { get; init; } = [];
}

/// <summary>The checks of every region. Bound from <c>health_checks.regional</c>.</summary>
/// <param name="profile">Gives the defaults of timing.</param>
internal sealed class RegionalCheckOptions(TimingProfile profile)
{
    /// <summary>Whether regions are probed.</summary>
    /// <value>Default true.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>How often each check asks.</summary>
    /// <value>Default 10 s, fast 1 s; from 100 ms to 1 h.</value>
    [Limits("100ms", "1h")]
    public TimeSpan Interval { get; init; } = profile.ProbeInterval;

    /// <summary>How long one probe may take.</summary>
    /// <value>Default 5 s, fast 500 ms; from 10 ms to 5 min, and less than <see cref="Interval"/>.</value>
    [Limits("10ms", "5m")]
    public TimeSpan Timeout { get; init; } = profile.ProbeTimeout;

    /// <summary>Failures in a row after which a check fails.</summary>
    /// <value>Default 3; from 1 to 100.</value>
    [Limits("1", "100")]
    public int FailureThreshold { get; init; } = 3;

    /// <summary>Successes in a row after which it passes again.</summary>
    /// <value>Default 2; from 1 to 100.</value>
    [Limits("1", "100")]
    public int SuccessThreshold { get; init; } = 2;

    /// <summary>What is asked of every region.</summary>
    public IReadOnlyList<EndpointCheckOptions> Endpoints { get; init; } = [];
}

/// <summary>One check. Bound from <c>health_checks.regional.endpoints[]</c>.</summary>
internal sealed class EndpointCheckOptions
{
    /// <summary>The path below the region's endpoint; required for HTTP.</summary>
    public string? Path { get; init; }

    /// <summary>How it is asked.</summary>
    /// <value>Default <c>http</c>.</value>
    public CheckType Type { get; init; }

    /// <summary>Its name in messages and metrics; see <see cref="CheckName"/>.</summary>
    public string? Name { get; init; }

    /// <summary>The HTTP status that passes.</summary>
    /// <value>Default 200; from 100 to 599.</value>
    [Limits("100", "599")]
    public int ExpectedStatus { get; init; } = 200;

    /// <summary>The body that passes, JSON compared by structure; null for any.</summary>
    public string? ExpectedBody { get; init; }

    /// <summary>Headers that must be there with these values.</summary>
    public IReadOnlyDictionary<string, string> ExpectedHeaders { get; init; } = new Dictionary<string, string>();

    /// <summary>Its weight in the region's score.</summary>
    /// <value>Default 1; from 0.001 to 1000.</value>
    [Limits("0.001", "1000")]
    public double Weight { get; init; } = 1;

    /// <summary>Whether its failure alone caps the region's score.</summary>
    /// <value>Default false.</value>
    public bool Critical { get; init; }

    /// <summary>Whether redirects are followed. They never are; <c>true</c> is refused.</summary>
    /// <value>Default false.</value>
    public bool FollowRedirects { get; init; }

    /// <summary><see cref="Name"/>, or else the path, or the type where there is none.</summary>
    public string CheckName => Name ?? Path ?? OptionSchema.SnakeCase(Type.ToString());
}

/// <summary>How a check asks.</summary>
internal enum CheckType
{
    /// <summary>An HTTP request.</summary>
    Http = 0,

    /// <summary>Opening a TCP connection.</summary>
    Tcp,
}

/// <summary>The checks of the databases. Bound from <c>health_checks.database</c>.</summary>
internal sealed class DatabaseCheckOptions
{
    /// <summary>Whether databases are checked.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Whether their lag counts.</summary>
    public bool CheckReplicationLag { get; init; }

    /// <summary>The greatest lag that passes.</summary>
    /// <value>Default 500 ms.</value>
    [Limits("0ms", "1d")]
    public TimeSpan MaxReplicationLag { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether their free disk counts.</summary>
    public bool CheckDiskSpace { get; init; }

    /// <summary>The least share of the disk that must be free.</summary>
    /// <value>Default 0.2; written as a ratio, or as percent.</value>
    [Ratio]
    [Limits("0", "1")]
    public double MinDiskSpace { get; init; } = 0.2;
}

/// <summary>Something that the agent's own region depends on. Bound from <c>health_checks.dependencies[]</c>.</summary>
internal sealed class DependencyOptions
{
    /// <summary>Its name.</summary>
    public required string Service { get; init; }

    /// <summary>Where it is. <c>http</c>, <c>https</c> and <c>tcp</c> are checked; the other schemes are accepted and not used by this build.</summary>
    [Schemes("http", "https", "tcp", "redis", "rediss", "kafka", "postgres", "postgresql")]
    public required Uri Endpoint { get; init; }

    /// <summary>Whether this build can check it.</summary>
    public bool CanBeChecked => Endpoint.Scheme is "http" or "https" or "tcp";
}
