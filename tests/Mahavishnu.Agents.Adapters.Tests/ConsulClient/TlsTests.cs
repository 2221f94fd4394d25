using System.Net.Security;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using Mahavishnu.Agents.Adapters.Consul;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Consul.ClientFixture;

namespace Mahavishnu.Agents.Adapters.Tests.Consul;

/// <summary>Whom the client trusts, with authorities made here.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("consul-tls-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    //          trusted authority  name in certificate  outcome
    [InlineData("own",             "127.0.0.1",         "Ok")]
    [InlineData("other",           "127.0.0.1",         "Unreachable")]
    [InlineData(null,              "127.0.0.1",         "Unreachable")]
    [InlineData("own",             "127.0.0.2",         "Unreachable")]
    public async Task PutAsync_OverTls_IsSentOnlyToWhomItTrusts(string? authority, string name, string expected)
    {
        using var own = Authority("own");
        using var other = Authority("other");
        using var server = Issue(own, IPAddress.Parse(name));
        await using var peer = ScriptedPeer.Start(
            exchange => exchange.AnswerAsync(200, "true"), new SslServerAuthenticationOptions { ServerCertificate = server });
        var file = authority is null ? null : Write("ca.pem", (authority == "own" ? own : other).ExportCertificatePem());
        using var client = new ConsulClient(new ConsulOptions { Address = peer.Address, CaFile = file }, TimeProvider.System);

        var result = await client.Keys.PutAsync("a", default, Deadline, Cancellation);

        Assert.Equal(expected, Calls.CaseOf(result));
        Assert.Equal(expected == "Ok" ? 1 : 0, peer.Requests.Count);
    }

    [Fact]
    public async Task PutAsync_ServerAsksForACertificate_ShowsTheClients()
    {
        using var authority = Authority("own");
        using var server = Issue(authority, IPAddress.Loopback);
        using var mine = Issue(authority, IPAddress.Loopback);
        string? shown = null;
        var tls = new SslServerAuthenticationOptions
        {
            ServerCertificate = server,
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                shown = certificate?.GetCertHashString();
                return certificate is not null;
            },
        };
        await using var peer = ScriptedPeer.Start(exchange => exchange.AnswerAsync(200, "true"), tls);
        var options = new ConsulOptions
        {
            Address = peer.Address,
            CaFile = Write("ca.pem", authority.ExportCertificatePem()),
            ClientCertificateFile = Write("client.pem", mine.ExportCertificatePem()),
            ClientKeyFile = Write("client.key", mine.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
        };
        using var client = new ConsulClient(options, TimeProvider.System);

        Assert.True(Value(await client.Keys.PutAsync("a", default, Deadline, Cancellation)));
        Assert.Equal(mine.GetCertHashString(), shown);
    }

    [Fact]
    public void Constructor_UnusableFiles_SaysWhich()
    {
        using var authority = Authority("own");
        var certificate = Write("cert.pem", authority.ExportCertificatePem());
        var empty = Write("empty.pem", "");
        var address = new Uri("https://127.0.0.1:1");

        Assert.Contains("missing.pem", Refusal(new ConsulOptions { Address = address, CaFile = Path.Combine(_folder, "missing.pem") }), StringComparison.Ordinal);
        Assert.Contains("empty.pem", Refusal(new ConsulOptions { Address = address, CaFile = empty }), StringComparison.Ordinal);
        Assert.Contains("ClientKeyFile", Refusal(new ConsulOptions { Address = address, ClientCertificateFile = certificate }), StringComparison.Ordinal);
        Assert.Contains(
            "empty.pem",
            Refusal(new ConsulOptions { Address = address, ClientCertificateFile = certificate, ClientKeyFile = empty }),
            StringComparison.Ordinal);
    }

    private static string Refusal(ConsulOptions options) =>
        Assert.ThrowsAny<ArgumentException>(() => new ConsulClient(options, TimeProvider.System)).Message;

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, IPAddress name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=leaf", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(name);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(authority, Now.AddHours(-1), Now.AddHours(1), RandomNumberGenerator.GetBytes(8));
        using var whole = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
