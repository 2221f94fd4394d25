using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Adapters.Kafka;

/// <summary>How to reach one cluster of Kafka. Holds no password itself, so that no generated text can show it.</summary>
public sealed record KafkaOptions
{
    /// <summary>The region that the cluster stands in.</summary>
    public required RegionId Region { get; init; }

    /// <summary>Brokers to begin with, <c>host:port</c>, separated by commas.</summary>
    public required string Bootstrap { get; init; }

    /// <summary>The user of SASL; null for none.</summary>
    public string? Username { get; init; }

    /// <summary>Gives the password; null, or a null answer, means none. Must not throw. Asked for once, when the client is made.</summary>
    public Func<string?>? Password { get; init; }

    /// <summary>Whether connections are encrypted and the brokers' certificates verified.</summary>
    public bool Tls { get; init; }

    /// <summary>PEM file with the only authorities trusted; null trusts those of the operating system.</summary>
    public string? RootCertificate { get; init; }

    /// <summary>How long a message may take to be acknowledged, retries included.</summary>
    /// <value>Default 2 s.</value>
    public TimeSpan MessageTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
