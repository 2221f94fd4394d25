using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Adapters.Traffic.PowerDns;

/// <summary>Shifts traffic in a PowerDNS zone: an audience is a name, a serving region is one of its records.</summary>
/// <remarks>
/// <para>All names that differ are changed in one PATCH, which PowerDNS carries out in one transaction.</para>
/// <para>
/// A name with a content that the configuration does not know is somebody else's work: it is left out of what
/// <see cref="ReadAsync"/> returns, and <see cref="ApplyAsync"/> refuses, naming the content, rather than overwrite it.
/// </para>
/// <para>
/// Splits are LUA records and need <c>enable-lua-records=yes</c>. Users follow within the time to live, and PowerDNS within its own
/// caches (<c>cache-ttl</c>, <c>query-cache-ttl</c>, <c>zone-cache-refresh-interval</c>). PowerDNS knows no epochs.
/// </para>
/// </remarks>
public sealed partial class PowerDnsTrafficTarget : ITrafficTarget, IDisposable
{
    private readonly PowerDnsOptions _options;
    private readonly TrafficHttp _http;
    private readonly string _zonePath;

    /// <summary>Prepares the target; nothing is sent yet.</summary>
    /// <param name="options">Where PowerDNS is and what of the zone is ours.</param>
    /// <param name="time">The clock of the deadlines.</param>
    /// <exception cref="ArgumentException">The address, a name or a content cannot be used.</exception>
    public PowerDnsTrafficTarget(PowerDnsOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        Name = $"powerdns:{options.Name}";
        _options = options;
        foreach (var route in options.Routes.Values)
        {
            Check(route);
        }

        _http = new TrafficHttp(Name, options.Url, ("X-API-Key", options.ApiKey), options.ApiKey, options.Timeout, time);
        _zonePath = $"api/v1/servers/{Uri.EscapeDataString(options.ServerId)}/zones/{Uri.EscapeDataString(options.Zone)}";
    }

    /// <summary>Whether a text is a host name with its trailing dot.</summary>
    public static bool IsName(string text) => HostName().IsMatch(text);

    /// <summary>Whether a content fits a type. It goes into the text of a LUA record, so nothing but an address or a name may stand in it.</summary>
    public static bool Fits(string type, string content) => type switch
    {
        "A" => IPAddress.TryParse(content, out var v4) && v4.AddressFamily == AddressFamily.InterNetwork,
        "AAAA" => IPAddress.TryParse(content, out var v6) && v6.AddressFamily == AddressFamily.InterNetworkV6,
        "CNAME" => IsName(content),
        _ => false,
    };

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    public bool ChecksEpoch => false;

    /// <inheritdoc />
    public Task<RoutingTable> ReadAsync(CancellationToken cancellationToken) => TargetCalls.ReadAsync(Name, async () =>
    {
        var zone = await ZoneAsync(cancellationToken);
        return _options.Routes.Aggregate(RoutingTable.Empty, (table, route) =>
            PowerDnsName.In(zone, route.Value).Shares(route.Value) is { } shares ? table.With(route.Key, shares) : table);
    });

    /// <inheritdoc />
    public Task<TrafficOutcome> ApplyAsync(TrafficCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        return TargetCalls.ApplyAsync(Name, () => BringAsync(command, cancellationToken), cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async Task<TrafficOutcome> BringAsync(TrafficCommand command, CancellationToken cancellationToken)
    {
        var differing = Differing(command.Desired, await ZoneAsync(cancellationToken));
        if (differing.Count == 0)
        {
            return new TrafficOutcome(TrafficOutcomeKind.AlreadySo, $"{Name}: every record of {_options.Zone} is as desired.");
        }

        // What goes away stands first: PowerDNS refuses a CNAME beside other records, also within one transaction.
        var changes = differing.SelectMany(static d => Deletions(d.Now, d.Wanted)).Concat(differing.SelectMany(static d => Replacements(d.Wanted)));
        var body = new JsonObject { ["rrsets"] = new JsonArray([.. changes]) };
        _ = Checked(await _http.SendAsync(HttpMethod.Patch, _zonePath, body, command.MayStart, cancellationToken));

        var left = Differing(command.Desired, await ZoneAsync(cancellationToken));
        return left.Count == 0
            ? new TrafficOutcome(TrafficOutcomeKind.Applied, $"{Name}: changed {string.Join(", ", differing.Select(static d => d.Route.Name))}.")
            : new TrafficOutcome(TrafficOutcomeKind.Unknown, $"{Name}: the change was accepted, but {left[0].Route.Name} does not read back as desired.");
    }

    private List<(PowerDnsRoute Route, PowerDnsName Now, PowerDnsName Wanted)> Differing(RoutingTable desired, PowerDnsZone zone)
    {
        var differing = new List<(PowerDnsRoute, PowerDnsName, PowerDnsName)>();
        foreach (var (_, route, shares) in TargetCalls.Rows(desired, _options.Routes, static route => route.Records))
        {
            var now = PowerDnsName.In(zone, route);
            if (now.Foreign(route) is { } foreign)
            {
                throw TrafficOutcomeException.Refused(
                    $"{Name}: {route.Name} has the content '{_http.Quote(foreign)}', which the configuration does not know; remove it or configure it.");
            }

            var wanted = PowerDnsName.Desired(route, shares, _options.TtlSeconds);
            if (!wanted.SameAs(now))
            {
                differing.Add((route, now, wanted));
            }
        }

        return differing;
    }

    private async Task<PowerDnsZone> ZoneAsync(CancellationToken cancellationToken)
    {
        var reply = Checked(await _http.GetAsync(_zonePath, cancellationToken));
        return PowerDnsZone.Parse(reply.Text) ?? throw new DependencyUnavailableException(Name, $"answered with something that is no zone: '{_http.Quote(reply.Text)}'");
    }

    private HttpReply Checked(HttpReply reply) => reply.Status switch
    {
        _ when reply.IsSuccess => reply,
        HttpStatusCode.Unauthorized => throw TrafficOutcomeException.Refused($"{Name}: the API key is not accepted (401)."),
        HttpStatusCode.NotFound => throw TrafficOutcomeException.Refused($"{Name}: there is no zone {_options.Zone} on server {_options.ServerId} (404)."),
        >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError =>
            throw TrafficOutcomeException.Refused($"{Name}: answered {(int)reply.Status} '{_http.Quote(reply.Text)}'."),
        _ => throw new DependencyUnavailableException(Name, $"answered {(int)reply.Status} '{_http.Quote(reply.Text)}'"),
    };

    private static IEnumerable<JsonNode> Deletions(PowerDnsName now, PowerDnsName wanted) =>
        new[] { wanted.Plain is null ? now.Plain : null, wanted.Lua is null ? now.Lua : null }.OfType<PowerDnsRecordSet>()
            .Select(static set => new JsonObject { ["name"] = set.Name, ["type"] = set.Type, ["changetype"] = "DELETE" });

    private static IEnumerable<JsonNode> Replacements(PowerDnsName wanted) =>
        new[] { wanted.Plain, wanted.Lua }.OfType<PowerDnsRecordSet>().Select(static set => new JsonObject
        {
            ["name"] = set.Name, ["type"] = set.Type, ["ttl"] = set.Ttl, ["changetype"] = "REPLACE",
            ["records"] = JsonSerializer.SerializeToNode(set.Records, JsonSerializerOptions.Web),
        });

    private void Check(PowerDnsRoute route)
    {
        if (!IsName(route.Name))
        {
            throw new ArgumentException($"{Name}: '{route.Name}' must be a name with its trailing dot, e.g. www.{_options.Zone}");
        }

        if (route.Records.Values.FirstOrDefault(content => !Fits(route.Type, content)) is { } odd)
        {
            throw new ArgumentException($"{Name}: '{odd}' is no content for {route.Name} {route.Type}; A, AAAA and CNAME are supported, with an address of that kind or a name with trailing dot.");
        }
    }

    [GeneratedRegex(@"\A([A-Za-z0-9_-]+\.)+\z")]
    private static partial Regex HostName();
}
