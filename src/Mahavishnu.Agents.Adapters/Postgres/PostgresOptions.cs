using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>How to reach one PostgreSQL server. Holds no password itself, so that no generated text can show it.</summary>
public sealed record PostgresOptions
{
    /// <summary>The region that the server stands in, and for which it is opened.</summary>
    public required RegionId Region { get; init; }

    /// <summary>Its name or address.</summary>
    public required string Host { get; init; }

    /// <summary>Its port.</summary>
    /// <value>Default 5432.</value>
    public int Port { get; init; } = 5432;

    /// <summary>The application's database, in which the schema <c>mahavishnu</c> is installed.</summary>
    public required string Database { get; init; }

    /// <summary>The agent's role; see <see cref="PostgresInstaller"/>.</summary>
    public required string Username { get; init; }

    /// <summary>
    /// Gives the password, asked for whenever a connection is opened anew so that it can be rotated; null, or a null answer,
    /// means none. Must not throw.
    /// </summary>
    public Func<string?>? Password { get; init; }

    /// <summary>
    /// The application's role; null trusts the installation. Where it is given and the fence is installed for another role,
    /// fencing and opening are refused.
    /// </summary>
    public string? ApplicationRole { get; init; }

    /// <summary>Whether connections are encrypted and the server's certificate is verified.</summary>
    /// <value>Default <see cref="PostgresTls.Prefer"/>.</value>
    public PostgresTls Tls { get; init; } = PostgresTls.Prefer;

    /// <summary>
    /// PEM file with the only authorities trusted for this server under <see cref="PostgresTls.VerifyFull"/>, read once when the
    /// node is made; null trusts those of the operating system.
    /// </summary>
    public string? RootCertificate { get; init; }

    /// <summary>Longest time for one attempt to connect, TLS and the password included; give less than the shortest deadline.</summary>
    /// <value>Default 2 s.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
