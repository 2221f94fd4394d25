using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mahavishnu.Agents.Adapters.Probes;
using Mahavishnu.Agents.Core.Health;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Probes.ScriptedServer;

namespace Mahavishnu.Agents.Adapters.Tests.Probes;

public sealed class HttpProbeTlsTests : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly X509Certificate2 _root = MakeRoot();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task ProbeAsync_TrustedCertificate_PassesAndTellsItsTimeLeft()
    {
        using var certificate = MakeLeaf(Now.AddDays(-1), Now.AddDays(20), IPAddress.Loopback);
        await using var server = Server(certificate);
        using var probe = Probe(server, TimeProvider.System);

        for (var i = 0; i < 2; i++)
        {
            var outcome = await probe.ProbeAsync(Stop);
            Assert.Equal((ProbeAnswer.Passed, ""), (outcome.Answer, outcome.Reason));
            Assert.InRange(outcome.CertificateTimeLeft!.Value.TotalDays, 19.9, 20);
        }

        Assert.Equal(1, server.Accepted);
    }

    [Fact]
    public async Task ProbeAsync_CertificateExpiresOnAKeptConnection_Fails()
    {
        var time = new FakeTimeProvider(Now);
        using var certificate = MakeLeaf(Now.AddDays(-1), Now.AddDays(20), IPAddress.Loopback);
        await using var server = Server(certificate);
        using var probe = Probe(server, time);
        Assert.Equal("", (await probe.ProbeAsync(Stop)).Reason);

        time.Advance(TimeSpan.FromDays(21));

        Assert.Equal(
            FormattableString.Invariant($"TLS: certificate expired on {Now.AddDays(20):yyyy-MM-dd}"),
            (await probe.ProbeAsync(Stop)).Reason);
    }

    [Theory]
    //          valid from, until (days from today)  host         reason
    [InlineData(-30,        -2,                      "127.0.0.1", "TLS: certificate expired on ")]
    [InlineData(2,          30,                      "127.0.0.1", "TLS: certificate is not valid before ")]
    [InlineData(-1,         30,                      "127.0.0.2", "TLS: certificate is not for 127.0.0.1")]
    public async Task ProbeAsync_WrongCertificate_FailsWithReason(int from, int until, string host, string reason)
    {
        using var certificate = MakeLeaf(Now.AddDays(from), Now.AddDays(until), IPAddress.Parse(host));
        await using var server = Server(certificate);
        using var probe = Probe(server, TimeProvider.System);

        var outcome = await probe.ProbeAsync(Stop);

        Assert.Equal(ProbeAnswer.Failed, outcome.Answer);
        Assert.StartsWith(reason, outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProbeAsync_UnknownAuthority_IsNotTrusted()
    {
        using var certificate = MakeLeaf(Now.AddDays(-1), Now.AddDays(20), IPAddress.Loopback);
        await using var server = Server(certificate);
        using var probe = new HttpProbe(new ProbeOptions(server.Url("https"), TimeSpan.FromSeconds(30)), TimeProvider.System);

        Assert.StartsWith("TLS: certificate is not trusted", (await probe.ProbeAsync(Stop)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProbeAsync_NoTlsSpoken_FailsAsHandshake()
    {
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n");
            await connection.HangAsync();
        });
        using var probe = Probe(server, TimeProvider.System);

        Assert.StartsWith("TLS: ", (await probe.ProbeAsync(Stop)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProbeAsync_HandshakeNeverAnswered_TimesOutNegotiating()
    {
        await using var server = new ScriptedServer(connection => connection.HangAsync());
        using var probe = new HttpProbe(new ProbeOptions(server.Url("https"), TimeSpan.FromMilliseconds(500)), TimeProvider.System);

        Assert.Equal("timed out after 500 ms while negotiating TLS", (await probe.ProbeAsync(Stop)).Reason);
    }

    private static ScriptedServer Server(X509Certificate2 certificate) => new(async connection =>
    {
        var tls = new SslStream(connection.Stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, connection.Stop);
        connection.Stream = tls;
        await Always(Answer(""))(connection);
    });

    private HttpProbe Probe(ScriptedServer server, TimeProvider time) =>
        new(new ProbeOptions(server.Url("https"), TimeSpan.FromSeconds(30))
        {
            TrustedRoots = [_root],
            ConnectionLifetime = TimeSpan.FromHours(1),
        }, time);

    private static X509Certificate2 MakeRoot()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=probe tests", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(Now.AddDays(-365), Now.AddDays(365));
    }

    private X509Certificate2 MakeLeaf(DateTimeOffset from, DateTimeOffset until, IPAddress address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(address);
        var request = new CertificateRequest("CN=target", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(_root, from, until, RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}
