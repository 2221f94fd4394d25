using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mahavishnu.Agents.Adapters.Probes;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>Builds the client library's configuration from our options.</summary>
internal static class RedisConfiguration
{
    /// <summary>One connection per server, that fails at once when it is down and is made again by itself.</summary>
    /// <param name="options">What is configured.</param>
    /// <param name="endpoints">The servers, instead of the configured ones.</param>
    /// <param name="certificateFor">Gives the check of the certificate of a host.</param>
    /// <exception cref="ArgumentException">An option cannot be used; the message says which and why.</exception>
    public static ConfigurationOptions Create(RedisOptions options, IEnumerable<RedisEndPoint> endpoints, Func<string, CertificateCheck> certificateFor)
    {
        Check(options);
        var configuration = new ConfigurationOptions
        {
            AbortOnConnectFail = false,
            // Fencing and promoting are administration.
            AllowAdmin = true,
            // Only our own knocking waits for a connection, since the library makes none to some servers that nobody wants to speak to.
            BacklogPolicy = new BacklogPolicy { QueueWhileDisconnected = true, AbortPendingOnConnectionFailure = true },
            // How late a command may still be sent whose connection was lost just before it.
            AsyncTimeout = 2000,
            ConnectRetry = 1,
            ConnectTimeout = (int)options.ConnectTimeout.TotalMilliseconds,
            ReconnectRetryPolicy = new LinearRetry(250),
            // Neither a key nor a channel of the library's own.
            TieBreaker = "",
            ConfigurationChannel = "",
            CommandMap = CommandMap.Create(["SUBSCRIBE"], available: false),
            Protocol = RedisProtocol.Resp2,
            User = options.Username,
            Defaults = new RotatedPassword(options.Password),
        };
        foreach (var endpoint in endpoints)
        {
            configuration.EndPoints.Add(endpoint.Host, endpoint.Port);
        }

        if (options.Tls)
        {
            var roots = options.RootCertificate is { } file ? ReadRoots(file) : null;
            configuration.Ssl = true;
            configuration.SslClientAuthenticationOptions = host =>
            {
                var tls = certificateFor(host).ToOptions(roots);
                tls.TargetHost = host;
                return tls;
            };
        }

        return configuration;
    }

    private static void Check(RedisOptions options)
    {
        if (options.Endpoints.Count == 0 || options.Endpoints.Any(static e => e.Host.Length == 0 || e.Port is < 1 or > IPEndPoint.MaxPort))
        {
            throw new ArgumentException($"{options.Region}: give Redis at least one endpoint, each with a host and a port from 1 to 65535.", nameof(options));
        }

        if (options.KeyPrefix.AsSpan().ContainsAny('{', '}'))
        {
            throw new ArgumentException($"{options.Region}: the Redis key prefix '{options.KeyPrefix}' must hold no brace.", nameof(options));
        }

        if (options.ConnectTimeout <= TimeSpan.Zero || options.ConnectTimeout > TimeSpan.FromMinutes(1))
        {
            throw new ArgumentException($"{options.Region}: Redis's connect timeout must be above 0 s and at most 60 s; it is {options.ConnectTimeout.TotalSeconds} s.", nameof(options));
        }

        if (options.RootCertificate is not null && !options.Tls)
        {
            throw new ArgumentException($"{options.Region}: Redis has a root certificate but no TLS; turn TLS on or take the certificate away.", nameof(options));
        }

        if (options.ApplicationUser is { } user && (user.Length == 0 || user.Any(char.IsWhiteSpace) || user == (options.Username ?? "default")))
        {
            throw new ArgumentException($"{options.Region}: Redis's application user '{user}' must be one word and not the agent's own user; fencing would lock the agent out.", nameof(options));
        }
    }

    private static X509Certificate2Collection ReadRoots(string file)
    {
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPemFile(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ArgumentException($"Redis's root certificate {file} cannot be read as PEM: {failure.Message}", failure);
        }

        return roots.Count > 0 ? roots : throw new ArgumentException($"Redis's root certificate {file} holds no PEM certificate.", nameof(file));
    }

    /// <summary>The library asks this at each connection.</summary>
    private sealed class RotatedPassword(Func<string?>? password) : DefaultOptionsProvider
    {
        public override string? Password => password?.Invoke() is { Length: > 0 } set ? set : null;
    }
}
