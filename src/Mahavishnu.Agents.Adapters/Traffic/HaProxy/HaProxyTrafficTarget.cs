using System.Text.RegularExpressions;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Adapters.Traffic.HaProxy;

/// <summary>Shifts traffic in a running HAProxy: an audience is a backend, a serving region is one of its servers.</summary>
/// <remarks>
/// A share of zero is maintenance (no traffic, no checks), a share above zero is that weight and <c>ready</c>; weights are the
/// percents themselves. Backends with a static algorithm take no other weight than the configured one: give their servers
/// <c>weight 100</c>, and they can be failed over though not split. Reading tells the administrative state; whether HAProxy's own
/// checks find the server well is another question. Changes are lost when HAProxy reloads without a <c>server-state-file</c>;
/// the next reconciliation restores them. HAProxy knows no epochs.
/// </remarks>
public sealed partial class HaProxyTrafficTarget : ITrafficTarget
{
    private readonly IReadOnlyDictionary<RegionId, HaProxyBackend> _routes;
    private readonly HaProxySocket _socket;

    /// <summary>Prepares the target; nothing is sent yet.</summary>
    /// <param name="options">Where HAProxy is and what of it is ours.</param>
    /// <param name="time">The clock of the deadlines.</param>
    /// <exception cref="ArgumentException">The address or a name cannot be used.</exception>
    public HaProxyTrafficTarget(HaProxyOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        Name = $"haproxy:{options.Name}";
        _routes = options.Routes;
        _socket = new HaProxySocket(Name, options.Address, options.Timeout, time);
        foreach (var name in _routes.Values.SelectMany(static route => route.Servers.Values.Prepend(route.Backend)).Where(static name => !IsName(name)))
        {
            throw new ArgumentException($"{Name}: '{name}' is no HAProxy name; letters, digits and . _ : - are allowed.", nameof(options));
        }
    }

    /// <summary>Whether a backend or a server may be called so: a name goes into a command line, where a blank or a semicolon would start something else.</summary>
    public static bool IsName(string text) => ObjectName().IsMatch(text);

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    public bool ChecksEpoch => false;

    /// <inheritdoc />
    public Task<RoutingTable> ReadAsync(CancellationToken cancellationToken) => TargetCalls.ReadAsync(Name, async () =>
    {
        var table = RoutingTable.Empty;
        foreach (var (audience, route) in _routes)
        {
            var servers = await ServersAsync(route, cancellationToken);
            var weights = route.Servers.Select(member => (member.Key, (decimal)(servers[member.Value].TakesTraffic ? servers[member.Value].Weight : 0)));
            table = table.With(audience, WholePercent.FromWeights(weights));
        }

        return table;
    });

    /// <inheritdoc />
    /// <remarks>
    /// Servers are enabled before others are disabled, so that a backend is never emptied on the way. A refusal half-way stops the
    /// sequence there.
    /// </remarks>
    public Task<TrafficOutcome> ApplyAsync(TrafficCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        return TargetCalls.ApplyAsync(Name, () => BringAsync(command, cancellationToken), cancellationToken);
    }

    private async Task<TrafficOutcome> BringAsync(TrafficCommand command, CancellationToken cancellationToken)
    {
        var differing = await DifferingAsync(command.Desired, cancellationToken);
        if (differing.Count == 0)
        {
            return new TrafficOutcome(TrafficOutcomeKind.AlreadySo, $"{Name}: every server is as desired.");
        }

        var steps = differing.Where(static d => d.Percent > 0)
            .SelectMany(static d => new[] { $"set server {d.Server} weight {d.Percent}", $"set server {d.Server} state ready" })
            .Concat(differing.Where(static d => d.Percent == 0).Select(static d => $"set server {d.Server} state maint"));
        foreach (var step in steps)
        {
            var answer = await _socket.ChangeAsync(step, command.MayStart, cancellationToken);
            if (!string.IsNullOrWhiteSpace(answer))
            {
                throw TrafficOutcomeException.Refused($"{Name}: '{step}' was answered with '{answer.Trim()}'.");
            }
        }

        var left = await DifferingAsync(command.Desired, cancellationToken);
        return left.Count == 0
            ? new TrafficOutcome(TrafficOutcomeKind.Applied, $"{Name}: changed {string.Join(", ", differing.Select(static d => $"{d.Server} to {d.Percent} %"))}.")
            : new TrafficOutcome(TrafficOutcomeKind.Unknown, $"{Name}: every command was accepted, but {left[0].Server} does not read back as {left[0].Percent} %.");
    }

    private async Task<IReadOnlyList<(string Server, int Percent)>> DifferingAsync(RoutingTable desired, CancellationToken cancellationToken)
    {
        var differing = new List<(string, int)>();
        foreach (var (_, route, shares) in TargetCalls.Rows(desired, _routes, static route => route.Servers))
        {
            var servers = await ServersAsync(route, cancellationToken);
            differing.AddRange(route.Servers.OrderBy(static member => member.Key)
                .Select(member => (Server: member.Value, Percent: shares.GetValueOrDefault(member.Key)))
                .Where(wanted => !servers[wanted.Server].Is(wanted.Percent))
                .Select(wanted => ($"{route.Backend}/{wanted.Server}", wanted.Percent)));
        }

        return differing;
    }

    private async Task<IReadOnlyDictionary<string, HaProxyServer>> ServersAsync(HaProxyBackend route, CancellationToken cancellationToken)
    {
        var answer = await _socket.AskAsync($"show servers state {route.Backend}", cancellationToken);
        var servers = HaProxyServer.ParseState(answer)
            ?? throw TrafficOutcomeException.Refused($"{Name}: the state of backend {route.Backend} was answered with '{Shortened(answer)}'.");
        var absent = route.Servers.Values.FirstOrDefault(server => !servers.ContainsKey(server));
        return absent is null
            ? servers
            : throw TrafficOutcomeException.Refused($"{Name}: backend {route.Backend} has no server {absent}; it has {string.Join(", ", servers.Keys)}.");
    }

    private static string Shortened(string answer) => answer.Trim() is { Length: > 200 } text ? text[..200] + "…" : answer.Trim();

    [GeneratedRegex(@"\A[A-Za-z0-9._:-]+\z")]
    private static partial Regex ObjectName();
}
