using System.Security.Cryptography.X509Certificates;
using Mahavishnu.Agents.Adapters.Probes;
using Npgsql;

namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>Makes the pool of connections to one server.</summary>
internal static class PostgresSource
{
    private const int MostConnections = 4;
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(10);

    /// <summary>Opens no connection yet.</summary>
    /// <param name="options">How to reach the server.</param>
    /// <param name="certificate">Verifies its certificate, under <see cref="PostgresTls.VerifyFull"/>.</param>
    /// <param name="roots">What <see cref="Roots"/> gave.</param>
    public static NpgsqlDataSource Create(PostgresOptions options, CertificateCheck certificate, X509Certificate2Collection? roots)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = options.Host,
            Port = options.Port,
            Database = options.Database,
            Username = options.Username,
            ApplicationName = "mahavishnu-agent",
            MaxPoolSize = MostConnections,
            Timeout = Math.Max(1, (int)Math.Ceiling(options.ConnectTimeout.TotalSeconds)),
            CommandTimeout = 0, // Every call has a deadline of its own.
            CancellationTimeout = -1, // After its deadline nobody waits for how a statement ended.
            KeepAlive = (int)KeepAlive.TotalSeconds,
            SslMode = options.Tls switch
            {
                PostgresTls.Disable => SslMode.Disable,
                PostgresTls.Prefer => SslMode.Prefer,
                _ => SslMode.Require,
            },
            GssEncryptionMode = GssEncryptionMode.Disable,
        };

        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.ConfigureTypeLoading(static types => types.EnableTypeLoading(false)); // Only built-in types are asked for.
        builder.UsePasswordProvider(_ => options.Password?.Invoke()!, (_, _) => new ValueTask<string>(options.Password?.Invoke()!));
        if (options.Tls == PostgresTls.VerifyFull)
        {
            builder.UseSslClientAuthenticationOptionsCallback(tls =>
            {
                var policy = certificate.ToOptions(roots);
                tls.RemoteCertificateValidationCallback = policy.RemoteCertificateValidationCallback;
                tls.CertificateChainPolicy = policy.CertificateChainPolicy;
                tls.TargetHost = options.Host;
            });
        }

        return builder.Build();
    }

    /// <summary>The only authorities that are trusted; null for those of the operating system.</summary>
    public static X509Certificate2Collection? Roots(PostgresOptions options)
    {
        if (options.RootCertificate is not { } path || options.Tls != PostgresTls.VerifyFull)
        {
            return null;
        }

        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(path);
        return roots;
    }
}
