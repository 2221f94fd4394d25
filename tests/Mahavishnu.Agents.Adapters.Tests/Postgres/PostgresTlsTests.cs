using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Postgres.PostgresCluster;

namespace Mahavishnu.Agents.Adapters.Tests.Postgres;

/// <summary>Certificates that are trusted by their authority, which is the certificate itself.</summary>
public sealed class PostgresTlsTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private readonly string _roots = Path.Combine(Path.GetTempPath(), $"mh-{RandomNumberGenerator.GetHexString(8, lowercase: true)}.pem");
    private PostgresCluster _cluster = null!;
    private string _database = "";

    public async ValueTask InitializeAsync()
    {
        _cluster = await StartAsync();
        _database = await _cluster.DatabaseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        File.Delete(_roots);
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(PostgresTls.Prefer)]
    [InlineData(PostgresTls.Require)]
    [InlineData(PostgresTls.VerifyFull)]
    public async Task Certificate_Valid_IsUsed(PostgresTls tls)
    {
        await OfferAsync("127.0.0.1", 30, trusted: true);

        Value(await ReadAsync(tls));

        Assert.Equal(1, await _cluster.Server.ValueAsync<long>(
            "postgres", "select count(*) from pg_stat_ssl s join pg_stat_activity a using (pid) where s.ssl and a.usename = 'agent'", Cancellation));
    }

    [Theory]
    //          name          days    trusted   reason
    [InlineData("127.0.0.1",  -1,     true,     "certificate expired on ")]
    [InlineData("127.0.0.1",  30,     false,    "certificate is not trusted: ")]
    [InlineData("127.0.0.9",  30,     true,     "certificate is not for 127.0.0.1")]
    public async Task Certificate_Wrong_IsUnreachableWithTheReason(string name, int days, bool trusted, string reason)
    {
        await OfferAsync(name, days, trusted);

        var answer = await ReadAsync(PostgresTls.VerifyFull);

        Assert.Contains(reason, Assert.IsType<DataAnswer<PostgresReading>.Unreachable>(answer).Reason, StringComparison.Ordinal);
        Value(await ReadAsync(PostgresTls.Require));
    }

    [Theory]
    [InlineData(PostgresTls.Require,     false)]
    [InlineData(PostgresTls.VerifyFull,  false)]
    [InlineData(PostgresTls.Prefer,      true)]
    public async Task NoTls_IsRefusedWhereItIsRequired(PostgresTls tls, bool connects)
    {
        await File.WriteAllTextAsync(_roots, Certificate("127.0.0.1", 30).ExportCertificatePem(), Cancellation);

        var answer = await ReadAsync(tls);

        Assert.Equal(connects, answer is DataAnswer<PostgresReading>.Ok);
        Assert.Equal(!connects, answer is DataAnswer<PostgresReading>.Unreachable);
    }

    private async Task<DataAnswer<PostgresReading>> ReadAsync(PostgresTls tls)
    {
        var node = _cluster.Node(_cluster.Options(_database) with { Tls = tls, RootCertificate = tls == PostgresTls.VerifyFull ? _roots : null });
        return await node.ReadAsync(Deadline, Cancellation);
    }

    private async Task OfferAsync(string name, int days, bool trusted)
    {
        using var certificate = Certificate(name, days);
        using var other = Certificate(name, days);
        await File.WriteAllTextAsync(_roots, (trusted ? certificate : other).ExportCertificatePem(), Cancellation);
        using var key = certificate.GetECDsaPrivateKey()!;
        await _cluster.Server.OfferTlsAsync(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), Cancellation);
    }

    private static X509Certificate2 Certificate(string name, int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=postgres", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(name));
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(Now.AddDays(-40), Now.AddDays(days));
    }
}
