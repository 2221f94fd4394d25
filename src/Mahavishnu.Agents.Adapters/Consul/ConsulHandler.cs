using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>Builds the connection pool of one client from its options.</summary>
internal static class ConsulHandler
{
    /// <summary>A pool of its own, that goes to the given address and nowhere else.</summary>
    /// <exception cref="ArgumentException">An option is missing its counterpart, or a file cannot be used.</exception>
    public static SocketsHttpHandler Create(ConsulOptions options)
    {
        var address = options.Address;
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https") || address.PathAndQuery != "/" || address.UserInfo.Length > 0)
        {
            throw new ArgumentException(
                "The Consul address must be http:// or https:// with host and port and nothing else, e.g. https://consul.example:8501.",
                nameof(options));
        }

        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = options.ConnectTimeout,
            // An answer that was given up is not read to its end for the sake of its connection.
            MaxResponseDrainSize = 0,
            // A change of the store's address in DNS is noticed within this time.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            SslOptions = TlsOptions(options),
        };
    }

    private static SslClientAuthenticationOptions TlsOptions(ConsulOptions options)
    {
        var tls = new SslClientAuthenticationOptions();
        if (options.CaFile is { } caFile)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                // A private authority seldom publishes revocation; a list that cannot be fetched must not stop the store.
                RevocationMode = X509RevocationMode.NoCheck,
            };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(ReadCertificates(nameof(options.CaFile), caFile));
        }

        if (options.ClientCertificateFile is not null || options.ClientKeyFile is not null)
        {
            tls.ClientCertificateContext = ClientCertificate(options);
        }

        return tls;
    }

    private static SslStreamCertificateContext ClientCertificate(ConsulOptions options)
    {
        if (options is not { ClientCertificateFile: { } certificateFile, ClientKeyFile: { } keyFile })
        {
            throw new ArgumentException("ClientCertificateFile and ClientKeyFile must be given together.", nameof(options));
        }

        var chain = ReadCertificates(nameof(options.ClientCertificateFile), certificateFile);
        try
        {
            using var pem = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            // Windows' TLS cannot use a key that exists only in memory; a PKCS#12 round trip gives it one that it can.
            var leaf = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
            return SslStreamCertificateContext.Create(leaf, chain, offline: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ArgumentException($"ClientKeyFile {keyFile} is not the readable PEM key of {certificateFile}: {failure.Message}", failure);
        }
    }

    private static X509Certificate2Collection ReadCertificates(string option, string file)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ArgumentException($"{option} {file} cannot be read as PEM certificates: {failure.Message}", failure);
        }

        return certificates.Count > 0
            ? certificates
            : throw new ArgumentException($"{option} {file} holds no PEM certificate.", nameof(file));
    }
}
