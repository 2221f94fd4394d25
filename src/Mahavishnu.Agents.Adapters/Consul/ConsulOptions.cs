namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>How to reach one Consul store. A class and not a record, so that no generated text can show the token.</summary>
/// <remarks>
/// TLS verification cannot be turned off. Files are read once, when the client is made; make a new client after a rotation.
/// </remarks>
public sealed class ConsulOptions
{
    /// <summary>The store's HTTP listener, e.g. <c>https://consul.eu-west-1.internal:8501</c>: scheme, host and port only.</summary>
    public required Uri Address { get; init; }

    /// <summary>The datacenter that every request names; null lets the agent at <see cref="Address"/> use its own.</summary>
    public string? Datacenter { get; init; }

    /// <summary>
    /// Gives the access token, asked for at each request so that it can be rotated; null or an empty token means none.
    /// Must not throw. White space around the token is dropped.
    /// </summary>
    public Func<string?>? Token { get; init; }

    /// <summary>PEM file with the only authorities trusted for this store; null trusts those of the operating system.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM file with the client's certificate, followed by its intermediates. Needs <see cref="ClientKeyFile"/>.</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>PEM file with the unencrypted private key of <see cref="ClientCertificateFile"/>.</summary>
    public string? ClientKeyFile { get; init; }

    /// <summary>Longest time for one attempt to connect, TLS included; give less than the shortest deadline of a call.</summary>
    /// <value>Default 2 s.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
