using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text;
using System.Text.Json.Nodes;
using Mahavishnu.Agents.Adapters.Traffic;
using Mahavishnu.Agents.Adapters.Traffic.PowerDns;
using Mahavishnu.Agents.Core.Regions;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Traffic;

/// <summary>A real PowerDNS with a zone in which our two names have foreign neighbours.</summary>
internal sealed class PowerDnsWorld : TargetWorld
{
    private const string Program = "/usr/sbin/pdns_server";
    private const string Shell = "/usr/bin/sqlite3";
    private const string Schema = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql";

    private readonly LocalServer _server = new();
    private readonly HttpClient _api = new();


    public int ApiPort { get; } = LocalServer.FreePort();

    public int DnsPort { get; } = LocalServer.FreePort();

    private Uri Server => new($"http://127.0.0.1:{ApiPort}/api/v1/servers/localhost");

    private Uri Zone => new($"{Server}/zones/app.example.");

    public static async Task<PowerDnsWorld> StartAsync()
    {
        LocalServer.Need(Program, "pdns-server");
        LocalServer.Need(Schema, "pdns-backend-sqlite3");
        LocalServer.Need(Shell, "sqlite3");
        var world = new PowerDnsWorld();
        var database = Path.Combine(world._server.Directory, "db.sqlite");
        using (var shell = Process.Start(new ProcessStartInfo(Shell, [database, $".read {Schema}"])))
        {
            await shell!.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await File.WriteAllTextAsync(Path.Combine(world._server.Directory, "pdns.conf"), world.Configuration(database), TestContext.Current.CancellationToken);
        world._api.DefaultRequestHeaders.Add("X-API-Key", Credential);
        world._api.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypeNames.Application.Json));
        await world._server.StartAsync(Program, [$"--config-dir={world._server.Directory}"], world.AnswersAsync);
        await world.FillAsync();
        return world;
    }

    public override ITrafficTarget Target() => New(ApiPort, Credential, TimeSpan.FromSeconds(5), Routes());

    public override ITrafficTarget Distrusted() => New(ApiPort, WrongCredential, TimeSpan.FromSeconds(5), Routes());

    public override ITrafficTarget At(int port, TimeSpan timeout) => New(port, Credential, timeout, Routes());

    public ITrafficTarget WithRoute(PowerDnsRoute route) =>
        New(ApiPort, Credential, TimeSpan.FromSeconds(5), new Dictionary<RegionId, PowerDnsRoute> { [Us] = route });

    public override async Task<string> StateAsync() => await _api.GetStringAsync(Zone, TestContext.Current.CancellationToken);

    public override async Task<string> ForeignAsync()
    {
        var sets = JsonNode.Parse(await StateAsync())!["rrsets"]!.AsArray();
        var foreign = sets.Where(static set => set!["type"]!.ToString() is not "SOA" &&
            !(set["name"]!.ToString() is "us.app.example." or "eu.app.example." && set["type"]!.ToString() is "A" or "LUA"));
        return string.Join('\n', foreign.Select(static set => set!.ToJsonString()).Order(StringComparer.Ordinal));
    }

    /// <summary>Replaces a record set as an operator would.</summary>
    public async Task ReplaceAsync(string name, string type, params (string Content, bool Disabled)[] records)
    {
        var set = new JsonObject
        {
            ["name"] = name, ["type"] = type, ["ttl"] = 60, ["changetype"] = "REPLACE",
            ["records"] = new JsonArray([.. records.Select(static r => new JsonObject { ["content"] = r.Content, ["disabled"] = r.Disabled })]),
        };
        using var body = new StringContent(new JsonObject { ["rrsets"] = new JsonArray(set) }.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _api.PatchAsync(Zone, body, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public override ValueTask DisposeAsync()
    {
        _api.Dispose();
        return _server.DisposeAsync();
    }

    private static Dictionary<RegionId, PowerDnsRoute> Routes() => new() { [Us] = Route("us"), [Eu] = Route("eu") };

    private static PowerDnsRoute Route(string audience) => new(
        $"{audience}.app.example.", "A", new Dictionary<RegionId, string> { [Us] = "127.0.1.1", [Eu] = "127.0.1.2", [Ap] = "127.0.1.3" });

    private static PowerDnsTrafficTarget New(int port, string key, TimeSpan timeout, IReadOnlyDictionary<RegionId, PowerDnsRoute> routes) => new(
        new PowerDnsOptions
        {
            Name = "ns-1", Url = new Uri($"http://127.0.0.1:{port}"), ApiKey = key, Zone = "app.example.", Timeout = timeout, Routes = routes,
        }, TimeProvider.System);

    private async Task FillAsync()
    {
        const string zone = """{"name":"app.example.","kind":"Native","nameservers":["ns1.app.example."]}""";
        using var body = new StringContent(zone, Encoding.UTF8, "application/json");
        using var response = await _api.PostAsync(new Uri($"{Server}/zones"), body, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await ReplaceAsync("us.app.example.", "TXT", ("\"not ours\"", false));
        await ReplaceAsync("mail.app.example.", "A", ("127.0.9.9", false), ("127.0.1.1", true));
        await ReplaceAsync("us.app.example.", "A", ("127.0.1.1", false));
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var response = await _api.GetAsync(Server, TestContext.Current.CancellationToken);
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
        local-address=127.0.0.1
        local-port={DnsPort}
        api=yes
        api-key={Credential}
        webserver=yes
        webserver-address=127.0.0.1
        webserver-port={ApiPort}
        webserver-allow-from=127.0.0.1
        socket-dir={_server.Directory}
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
