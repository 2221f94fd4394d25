using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mahavishnu.Agents.Adapters.Redis;
using Mahavishnu.Agents.Adapters.Stores;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Redis.RedisWorld;
using RedisServer = Mahavishnu.Agents.TestKit.Servers.RedisServer;

namespace Mahavishnu.Agents.Adapters.Tests.Redis;

/// <summary>Good and bad certificates of a real server.</summary>
public sealed class RedisTlsTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly RedisWorld _world = new();
    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("mh-redis-tls-");

    [Theory]
    //          until (days)  address      trusted  problem
    [InlineData(20,           "127.0.0.1", true,    null)]
    [InlineData(-2,           "127.0.0.1", true,    "certificate expired on ")]
    [InlineData(20,           "127.0.0.2", true,    "certificate is not for 127.0.0.1")]
    [InlineData(20,           "127.0.0.1", false,   "certificate is not trusted")]
    public async Task ReadAsync_Certificate_IsVerified(int untilDays, string address, bool trusted, string? problem)
    {
        var root = await IssueAsync(Now.AddDays(untilDays), IPAddress.Parse(address));
        var server = await _world.StartAsync(new RedisServer("--tls-cert-file", Path("leaf.pem"), "--tls-key-file", Path("leaf.key"), "--tls-ca-cert-file", root) { Tls = true });
        var node = _world.Node(new RedisOptions
        {
            Region = Options().Region, Endpoints = Options(server.Port).Endpoints, Tls = true, RootCertificate = trusted ? root : null,
        });

        var answer = await node.ReadAsync(Deadline, Stop);

        if (problem is null)
        {
            Assert.Single(Value(answer).Servers);
        }
        else
        {
            Assert.StartsWith($"eu-west-1 redis {server.Endpoint}: not connected: {problem}", Assert.IsType<DataAnswer<RedisReading>.Unreachable>(answer).Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ReadAsync_TlsToAServerWithout_IsUnreachable()
    {
        var server = await _world.ServerAsync();
        var node = _world.Node(new RedisOptions { Region = Options().Region, Endpoints = Options(server.Port).Endpoints, Tls = true });

        Assert.IsType<DataAnswer<RedisReading>.Unreachable>(await node.ReadAsync(Deadline, Stop));
    }

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        _files.Delete(recursive: true);
    }

    private string Path(string name) => System.IO.Path.Combine(_files.FullName, name);

    /// <summary>Writes a certificate and its key, and gives the file of their authority.</summary>
    private async Task<string> IssueAsync(DateTimeOffset until, IPAddress address)
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest("CN=redis tests", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = rootRequest.CreateSelfSigned(Now.AddDays(-365), Now.AddDays(365));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(address);
        var request = new CertificateRequest("CN=redis", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        using var leaf = request.Create(root, Now.AddDays(-30), until, RandomNumberGenerator.GetBytes(8));
        await File.WriteAllTextAsync(Path("root.pem"), root.ExportCertificatePem(), Stop);
        await File.WriteAllTextAsync(Path("leaf.pem"), leaf.ExportCertificatePem(), Stop);
        await File.WriteAllTextAsync(Path("leaf.key"), key.ExportPkcs8PrivateKeyPem(), Stop);
        return Path("root.pem");
    }
}
