using System.Globalization;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Mahavishnu.Agents.TestKit.Network;

namespace Mahavishnu.Agents.TestKit.Servers;

/// <summary>A real S3: Ceph's gateway with two zones that copy buckets to each other, on one monitor and one store in memory. Ready in about 20 s.</summary>
public sealed class CephGateway : IAsyncDisposable
{
    /// <summary>The access key of the zones' only user.</summary>
    public const string AccessKey = "AKIATEST";

    /// <summary>Its secret key.</summary>
    public const string SecretKey = "secretsecret";

    private static readonly string[] Programs = ["/usr/bin/ceph-mon", "/usr/bin/ceph-osd", "/usr/bin/radosgw", "/usr/bin/ceph", "/usr/bin/radosgw-admin"];
    private readonly LocalServer _monitor = new();
    private readonly LocalServer _store = new();
    private readonly CephZone[] _zones = [new("eu", LocalServer.FreePort()), new("us", LocalServer.FreePort())];
    private readonly int _monitorPort = MonitorPort();

    /// <summary>Why it cannot run here; null when it can.</summary>
    public static string? Missing { get; } = Array.Find(Programs, static p => !File.Exists(p)) is { } program
        ? $"{program} is missing: install Debian's packages ceph-mon, ceph-osd, radosgw and ceph-common to run this test."
        : null;

    /// <summary>The zone that is asked first, and whose gateway the settings of both go through.</summary>
    public CephZone Eu => _zones[0];

    /// <summary>The other one.</summary>
    public CephZone Us => _zones[1];

    private string Home => _monitor.Directory;

    private string Settings => Path.Combine(Home, "ceph.conf");

    /// <summary>Starts all of it, and waits until both zones answer.</summary>
    /// <exception cref="InvalidOperationException">It does not come about; the message has what was said.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var (cluster, osd) = (await UuidAsync(cancellationToken), await UuidAsync(cancellationToken));
        foreach (var folder in new[] { "run", "log", "mon", "osd" })
        {
            Directory.CreateDirectory(Path.Combine(Home, folder));
        }

        await File.WriteAllTextAsync(Settings, CephSettings.Text(Home, cluster, _monitorPort, _zones), cancellationToken);
        await KeysAsync(cancellationToken);
        await RunAsync(cancellationToken, "monmaptool", "--create", "--fsid", cluster, "--addv", "a", $"[v2:127.0.0.1:{_monitorPort}]", $"{Home}/monmap");
        await RunAsync(cancellationToken, "ceph-mon", "-c", Settings, "--mkfs", "-i", "a", "--monmap", $"{Home}/monmap", "--keyring", $"{Home}/keyring");
        await _monitor.StartAsync("/usr/bin/ceph-mon", ["-f", "-c", Settings, "-i", "a"], () => SaysAsync("epoch", cancellationToken, "mon", "stat"), cancellationToken);
        await RunAsync(cancellationToken, "ceph", "-c", Settings, "osd", "new", osd);
        await RunAsync(cancellationToken, "ceph-osd", "-c", Settings, "-i", "0", "--mkfs", "--osd-uuid", osd);
        await _store.StartAsync("/usr/bin/ceph-osd", ["-f", "-c", Settings, "-i", "0"], () => SaysAsync("1 up", cancellationToken, "osd", "stat"), cancellationToken);
        await ZonesAsync(cancellationToken);
        await Task.WhenAll(_zones.Select(z => z.StartAsync(Settings, cancellationToken)));
        await AdminAsync(cancellationToken, "user", "create", "--rgw-zone=eu", "--uid=app", "--display-name=app", $"--access-key={AccessKey}", $"--secret-key={SecretKey}");
    }

    /// <summary>Makes a bucket, which both zones then have.</summary>
    public async Task MakeBucketAsync(string bucket, CancellationToken cancellationToken)
    {
        using var eu = Eu.Client();
        using var us = Us.Client();
        await eu.PutBucketAsync(bucket, cancellationToken);
        while ((await us.ListBucketsAsync(cancellationToken)).Buckets?.Exists(b => b.BucketName == bucket) != true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken); // The zones tell each other of buckets within some seconds.
        }
    }

    /// <summary>
    /// Lets a bucket of the other zone take what is written into a bucket of another name. This version takes a source's own rules,
    /// shows them and keeps to their prefixes, but copies between buckets of different names only when the destination names its source too.
    /// </summary>
    public async Task LetCopyAsync(string source, string destination, CancellationToken cancellationToken)
    {
        await AdminAsync(cancellationToken, "sync", "group", "create", "--rgw-zone=eu", $"--bucket={destination}", $"--group-id=from-{source}", "--status=enabled");
        await AdminAsync(cancellationToken, "sync", "group", "pipe", "create", "--rgw-zone=eu", $"--bucket={destination}", $"--group-id=from-{source}", "--pipe-id=p", "--source-zones=*", $"--source-bucket={source}", "--dest-zones=*");
    }

    /// <summary>Kills all of it.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in new[] { Us.Process, Eu.Process, _store, _monitor })
        {
            await server.DisposeAsync();
        }
    }

    private async Task KeysAsync(CancellationToken cancellationToken)
    {
        await KeyAsync("--create-keyring", "mon.", "mon", "allow *");
        await KeyAsync("", "client.admin", "mon", "allow *", "osd", "allow *", "mgr", "allow *");
        await KeyAsync("", "osd.0", "mon", "allow profile osd", "osd", "allow *");
        foreach (var zone in _zones)
        {
            await KeyAsync("", $"client.{zone.Name}", "mon", "allow rw", "osd", "allow rwx");
        }

        Task KeyAsync(string first, string name, params string[] may) => RunAsync(
            cancellationToken,
            [
                "ceph-authtool", .. first.Length > 0 ? new[] { first } : [], $"{Home}/keyring", "--gen-key", "-n", name,
                .. may.Chunk(2).SelectMany(static m => new[] { "--cap", m[0], m[1] }),
            ]);
    }

    /// <summary>Two zones of one group. Its sync policy allows what buckets' own rules then ask for; without it those are refused.</summary>
    private async Task ZonesAsync(CancellationToken cancellationToken)
    {
        string[] keys = ["--access-key=SYNC", "--secret=SYNCSECRET"];
        await AdminAsync(cancellationToken, "realm", "create", "--rgw-realm=r", "--default");
        await AdminAsync(cancellationToken, "zonegroup", "create", "--rgw-zonegroup=zg", $"--endpoints={Eu.Url}", "--master", "--default");
        await AdminAsync(cancellationToken, ["zone", "create", "--rgw-zonegroup=zg", "--rgw-zone=eu", $"--endpoints={Eu.Url}", "--master", "--default", .. keys]);
        await AdminAsync(cancellationToken, ["user", "create", "--uid=sync", "--display-name=sync", "--system", "--rgw-zone=eu", .. keys]);
        await AdminAsync(cancellationToken, ["zone", "create", "--rgw-zonegroup=zg", "--rgw-zone=us", $"--endpoints={Us.Url}", .. keys]);
        await AdminAsync(cancellationToken, "sync", "group", "create", "--rgw-zone=eu", "--group-id=g", "--status=allowed");
        await AdminAsync(cancellationToken, "sync", "group", "flow", "create", "--rgw-zone=eu", "--group-id=g", "--flow-id=f", "--flow-type=symmetrical", "--zones=eu,us");
        await AdminAsync(cancellationToken, "sync", "group", "pipe", "create", "--rgw-zone=eu", "--group-id=g", "--pipe-id=p", "--source-zones=*", "--source-bucket=*", "--dest-zones=*", "--dest-bucket=*");
        await AdminAsync(cancellationToken, "period", "update", "--commit", "--rgw-zone=eu");
    }

    private async Task<bool> SaysAsync(string expected, CancellationToken cancellationToken, params string[] question)
    {
        try
        {
            return (await Command.RunAsync(["/usr/bin/ceph", "-c", Settings, "--connect-timeout", "5", .. question], cancellationToken)).Contains(expected, StringComparison.Ordinal);
        }
        catch (InvalidOperationException)
        {
            return false; // Not yet.
        }
    }

    private Task<string> AdminAsync(CancellationToken cancellationToken, params string[] arguments) => RunAsync(cancellationToken, ["radosgw-admin", "-c", Settings, .. arguments]);

    private static Task<string> RunAsync(CancellationToken cancellationToken, params string[] command) => Command.RunAsync(["/usr/bin/timeout", "60", .. command], cancellationToken);

    private static async Task<string> UuidAsync(CancellationToken cancellationToken) => (await File.ReadAllTextAsync("/proc/sys/kernel/random/uuid", cancellationToken)).Trim();

    /// <summary>The store takes a port from 100 to 190 above it.</summary>
    private static int MonitorPort()
    {
        int port;
        do
        {
            port = LocalServer.FreePort();
        }
        while (port > 65000);

        return port;
    }
}

/// <summary>One zone's gateway.</summary>
/// <param name="Name">The zone.</param>
/// <param name="Port">Its port.</param>
public sealed record CephZone(string Name, int Port)
{
    /// <summary>The process.</summary>
    public LocalServer Process { get; } = new();

    /// <summary>Where it listens.</summary>
    public Uri Url { get; } = new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}"));

    private string? _settings;

    /// <summary>Writes an object as another would, past whatever is there.</summary>
    public async Task OverwriteAsync(string bucket, string key, string content, CancellationToken cancellationToken)
    {
        using var client = Client();
        await client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = key, ContentBody = content, UseChunkEncoding = false }, cancellationToken);
    }

    /// <summary>A client of it as its only user.</summary>
    internal AmazonS3Client Client() => new(
        CephGateway.AccessKey,
        CephGateway.SecretKey,
        new AmazonS3Config { ServiceURL = Url.AbsoluteUri, ForcePathStyle = true, AuthenticationRegion = "us-east-1", RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED });

    /// <summary>Starts it, and waits until it answers.</summary>
    public Task StartAsync(string settings, CancellationToken cancellationToken, params string[] more)
    {
        _settings = settings;
        return Process.StartAsync("/usr/bin/radosgw", ["-f", "-c", settings, "-n", $"client.{Name}", .. more], () => AnswersAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Makes it go on without copying anything into its zone.</summary>
    public async Task StopCopyingAsync(CancellationToken cancellationToken)
    {
        await Process.KillAsync();
        await StartAsync(_settings!, cancellationToken, "--rgw-run-sync-thread=false");
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        try
        {
            return (await http.GetAsync(Url, cancellationToken)).IsSuccessStatusCode;
        }
        catch (Exception notYet) when (notYet is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
