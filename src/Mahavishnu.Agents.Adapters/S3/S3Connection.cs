using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amazon.Runtime;
using Amazon.S3;

namespace Mahavishnu.Agents.Adapters.S3;

/// <summary>Makes the client of one bucket, with connections of its own.</summary>
internal sealed class S3Connection : HttpClientFactory, IDisposable
{
    private readonly HttpClient _http;

    private S3Connection(HttpClient http) => _http = http;

    /// <summary>The client.</summary>
    /// <exception cref="ArgumentException">An option cannot be used; the message says which and why.</exception>
    public static (AmazonS3Client Client, S3Connection Connection) Open(S3Options options)
    {
        if (options.Endpoint is { } url && (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https") || url.PathAndQuery != "/" || url.UserInfo.Length > 0))
        {
            throw new ArgumentException($"Endpoint of {options.Bucket} must be http:// or https:// with host and port and nothing else.", nameof(options));
        }

        if (options.AccessKey is null != options.SecretKey is null)
        {
            throw new ArgumentException($"AccessKey and SecretKey of {options.Bucket} must be given together.", nameof(options));
        }

        var connection = new S3Connection(new HttpClient(new S3AnswerCheck($"{options.Region} bucket {options.Bucket}", new BareSocketErrors(Handler(options)))) { Timeout = Timeout.InfiniteTimeSpan });
        var config = new AmazonS3Config
        {
            AuthenticationRegion = options.Region.Value,
            ForcePathStyle = options.PathStyle,
            MaxErrorRetry = 0,
            HttpClientFactory = connection,
            // Stores that are not AWS refuse the checksums that the library adds by itself; where they matter they are given.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
        }
        else
        {
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.Region.Value);
        }

        return (options is { AccessKey: { } access, SecretKey: { } secret }
            ? new AmazonS3Client(new S3Credentials($"{options.Region} bucket {options.Bucket}", access, secret), config)
            : new AmazonS3Client(config), connection);
    }

    /// <inheritdoc />
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _http;

    /// <inheritdoc />
    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    /// <inheritdoc />
    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private static SocketsHttpHandler Handler(S3Options options)
    {
        var tls = new SslClientAuthenticationOptions();
        if (options.RootCertificate is { } file)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck, // A private authority seldom publishes revocation.
            };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(Certificates(file));
        }

        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = options.ConnectTimeout,
            MaxResponseDrainSize = 0,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            SslOptions = tls,
        };
    }

    private static X509Certificate2Collection Certificates(string file)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ArgumentException($"RootCertificate {file} cannot be read as PEM certificates: {failure.Message}", failure);
        }

        return certificates.Count > 0 ? certificates : throw new ArgumentException($"RootCertificate {file} holds no PEM certificate.", nameof(file));
    }
}
