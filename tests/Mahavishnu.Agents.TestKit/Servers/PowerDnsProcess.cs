using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Mahavishnu.Agents.TestKit.Network;

namespace Mahavishnu.Agents.TestKit.Servers;

/// <summary>A real PowerDNS over SQLite, with its API. No answer is cached, and its data survive a kill.</summary>
public sealed class PowerDnsProcess : IAsyncDisposable
{
    private const string Program = "/usr/sbin/pdns_server";
    private const string Shell = "/usr/bin/sqlite3";
    private const string Schema = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql";
    private readonly NetworkHost? _place;
    private readonly string _key;
    private readonly HttpClient _api;

    /// <summary>Prepares it.</summary>
    /// <param name="place">The host that it runs on; null for this machine.</param>
    /// <param name="key">The key of its API.</param>
    public PowerDnsProcess(NetworkHost? place, string key)
    {
        (_place, _key, Server) = (place, key, new LocalServer(place));
        (ApiPort, DnsPort) = (LocalServer.FreePort(), LocalServer.FreePort());
        _api = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = place is null ? null : place.ConnectAsync }) { Timeout = TimeSpan.FromSeconds(5) };
        _api.DefaultRequestHeaders.Add("X-API-Key", key);
        _api.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypeNames.Application.Json));
    }

    /// <summary>Why it cannot run here; null when it can.</summary>
    public static string? Missing { get; } = new[] { (Program, "pdns-server"), (Schema, "pdns-backend-sqlite3"), (Shell, "sqlite3") }
        .Where(static needed => !File.Exists(needed.Item1))
        .Select(static needed => $"{needed.Item1} is missing: install Debian's package {needed.Item2} to run this test.")
        .FirstOrDefault();

    /// <summary>The process.</summary>
    public LocalServer Server { get; }

    /// <summary>The address of both ports.</summary>
    public IPAddress Address => _place?.Address ?? IPAddress.Loopback;

    /// <summary>The port of its API.</summary>
    public int ApiPort { get; }

    /// <summary>The port of its answers.</summary>
    public int DnsPort { get; }

    /// <summary>Starts it, with the data that it had before, and waits until its API answers.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var database = Path.Combine(Server.Directory, "db.sqlite");
        if (!File.Exists(database))
        {
            await Command.RunAsync([Shell, database, $".read {Schema}"], cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(Server.Directory, "pdns.conf"), Configuration(database), cancellationToken);
        }

        await Server.StartAsync(Program, [$"--config-dir={Server.Directory}"], () => AnswersAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Makes a zone.</summary>
    public Task CreateAsync(string zone, CancellationToken cancellationToken) => SendAsync(
        HttpMethod.Post,
        Api("/zones"),
        new JsonObject { ["name"] = zone, ["kind"] = "Native", ["nameservers"] = new JsonArray($"ns1.{zone}") }, cancellationToken);

    /// <summary>Removes a zone.</summary>
    public Task DeleteAsync(string zone, CancellationToken cancellationToken) => SendAsync(HttpMethod.Delete, Api($"/zones/{zone}"), null, cancellationToken);

    /// <summary>Replaces a record set as an operator would.</summary>
    public Task ReplaceAsync(string zone, string name, string type, IEnumerable<(string Content, bool Disabled)> records, CancellationToken cancellationToken) => SendAsync(
        HttpMethod.Patch,
        Api($"/zones/{zone}"),
        new JsonObject
        {
            ["rrsets"] = new JsonArray(new JsonObject
            {
                ["name"] = name, ["type"] = type, ["ttl"] = 60, ["changetype"] = "REPLACE",
                ["records"] = new JsonArray([.. records.Select(static r => new JsonObject { ["content"] = r.Content, ["disabled"] = r.Disabled })]),
            }),
        },
        cancellationToken);

    /// <summary>A zone as the API shows it.</summary>
    public Task<string> ZoneAsync(string zone, CancellationToken cancellationToken) => _api.GetStringAsync(Api($"/zones/{zone}"), cancellationToken);

    /// <summary>The IPv4 addresses that it answers to whoever asks for a name.</summary>
    public async Task<IReadOnlyList<string>> AddressesAsync(string name, CancellationToken cancellationToken)
    {
        using var socket = _place?.CreateSocket(SocketType.Dgram, ProtocolType.Udp) ?? new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(Address, DnsPort, cancellationToken);
        return await DnsQuestion.AddressesAsync(socket, name, cancellationToken);
    }

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        _api.Dispose();
        await Server.DisposeAsync();
    }

    private Uri Api(string path) => new($"http://{new IPEndPoint(Address, ApiPort)}/api/v1/servers/localhost{path}");

    private async Task SendAsync(HttpMethod method, Uri address, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, address) { Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, MediaTypeNames.Application.Json) };
        using var response = await _api.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{method} {address}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _api.GetAsync(Api(""), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // Not yet.
        }
    }

    private string Configuration(string database) => string.Create(CultureInfo.InvariantCulture, $"""
        launch=gsqlite3
        gsqlite3-database={database}
        gsqlite3-pragma-synchronous=0
        local-address={Address}
        local-port={DnsPort}
        api=yes
        api-key={_key}
        webserver=yes
        webserver-address={Address}
        webserver-port={ApiPort}
        webserver-allow-from=127.0.0.1,10.99.0.0/24
        socket-dir={Server.Directory}
        enable-lua-records=yes
        cache-ttl=0
        query-cache-ttl=0
        negquery-cache-ttl=0
        zone-cache-refresh-interval=0
        daemon=no
        guardian=no
        disable-syslog=yes

        """);
}
