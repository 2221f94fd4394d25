using System.Globalization;
using System.Net;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Lab.Processes;
using Mahavishnu.Agents.Lab.Watch;
using Mahavishnu.Agents.Lab.World;
using Mahavishnu.Agents.TestKit.Network;
using Xunit;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>
/// A deployment of three regions in which everything is a process of its own, the edge too, and things can be broken.
/// Disposing it leaves no process and no namespace; its files are kept unless it is settled at the end.
/// </summary>
internal sealed partial class ChaosWorld : IAsyncDisposable
{
    private const string AgentToken = "chaos-agent-token";
    private const string EdgeToken = "chaos-edge-token";
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private readonly LabPlan _plan;
    private readonly Dictionary<RegionId, RegionProcesses> _processes;
    private readonly HttpClient _client;
    private readonly Timeline _timeline;
    private readonly WorldHistory _history;
    private readonly HashSet<LabProcess> _paused = [];
    private readonly bool _synchronous;
    private LabProcess? _edge;
    private StatusWatch? _watch;

    private ChaosWorld(LabPlan plan, HostNetwork? network, ChaosOptions options, Action<TimelineEvent> show)
    {
        (_plan, _timeline) = (plan, new Timeline(TimeProvider.System, show));
        Sightings = new Sightings(_timeline);
        Regions = [.. plan.Regions.Select(static r => r.Region)];
        Network = network is null ? null : new WorldNetwork(network, plan.Regions, Tell);
        _processes = plan.Regions.ToDictionary(static r => r.Region, r => new RegionProcesses(r, plan, ProgramOn(Network?[r.Region])));
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, ConnectCallback = network is null ? null : network.Hub.ConnectAsync }) { Timeout = TimeSpan.FromSeconds(10) };
        Edge = new EdgeView(plan.Edge, Regions, _client);
        Targets = options.RealTargets ? new RealTargets(plan.Regions, Network?.Targets) : null;
        (Databases, _synchronous) = (options.Databases ? new Databases(Regions) : null, options.SynchronousCommit);
        Links = options.SlowLinks ? new SlowLinks(plan.Regions, Network) : null;
        _history = new WorldHistory(Edge, Path.Combine(plan.Directory, "data"));
    }

    /// <summary>The regions in order.</summary>
    public IReadOnlyList<RegionId> Regions { get; }

    /// <summary>What the agents say.</summary>
    public Sightings Sightings { get; }

    /// <summary>The hosts of the regions; null when all is on this machine.</summary>
    public WorldNetwork? Network { get; }

    /// <summary>The edge.</summary>
    public EdgeView Edge { get; }

    /// <summary>HAProxy and PowerDNS; null when they were not asked for.</summary>
    public RealTargets? Targets { get; }

    /// <summary>The databases; null when they were not asked for.</summary>
    public Databases? Databases { get; }

    /// <summary>The links that can be slow; null when they were not asked for.</summary>
    public SlowLinks? Links { get; }

    /// <summary>The routing in which everybody is at home.</summary>
    public RoutingTable Home => RoutingTable.Home(Regions);

    /// <summary>Whether nothing has been broken since it was found converged and its history in order.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>Who led when the world was last found converged.</summary>
    public LeaderSighting Leader { get; private set; } = new("", default, 0);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>The processes of a region.</summary>
    public RegionProcesses this[RegionId region] => _processes[region];

    /// <summary>Starts a world and waits until one agent leads and all is well. Skips the running test where a part cannot be had.</summary>
    /// <param name="options">Its parts.</param>
    /// <param name="show">Called with each event; null for nobody.</param>
    public static async Task<ChaosWorld> StartAsync(ChaosOptions options, Action<TimelineEvent>? show = null)
    {
        var missing = (options.Networked ? await HostNetwork.UnavailableAsync() : null) ?? (options.RealTargets ? RealTargets.Missing : null) ?? (options.Databases ? Chaos.Databases.Missing : null);
        Assert.SkipWhen(missing is not null, missing ?? "");
        var network = options.Networked ? await HostNetwork.CreateAsync(ChaosPlan.Regions + 1, Cancelled) : null;
        var world = new ChaosWorld(ChaosPlan.Make(network), network, options, show ?? (static _ => { }));
        var started = false;
        try
        {
            await world.StartAsync();
            started = true;
            return world;
        }
        finally
        {
            if (!started)
            {
                await world.DisposeAsync();
            }
        }
    }

    /// <summary>Where the store of a region is.</summary>
    public RegionPlan PlanOf(RegionId region) => _plan.Regions.Single(r => r.Region == region);

    /// <summary>Every region but one.</summary>
    public IReadOnlyList<RegionId> Others(RegionId region) => [.. Regions.Where(r => r != region)];

    /// <summary>Adds a line to the timeline.</summary>
    public void Tell(string text) => _timeline.Add(text);

    /// <summary>Kills parts of a region (SIGKILL).</summary>
    public Task KillAsync(RegionId region, params RegionPart[] parts)
    {
        Tell($"{string.Join(", ", parts)} of {region}: SIGKILL");
        return _processes[region].KillAsync(parts, Cancelled);
    }

    /// <summary>Kills everything in a region.</summary>
    public Task KillRegionAsync(RegionId region) => KillAsync(region, RegionPart.Service, RegionPart.Agent, RegionPart.Consul);

    /// <summary>Starts whatever does not run in a region, the agent last, and waits until it answers.</summary>
    public async Task StartAsync(RegionId region)
    {
        var processes = _processes[region];
        processes.Start(RegionPart.Consul, RegionPart.Service);
        await processes.WaitAsync(RegionPart.Consul, _client, TimeProvider.System, Cancelled);
        await processes.WaitAsync(RegionPart.Service, _client, TimeProvider.System, Cancelled);
        processes.Start(RegionPart.Agent);
        await processes.WaitAsync(RegionPart.Agent, _client, TimeProvider.System, Cancelled);
        Tell($"everything in {region} runs");
    }

    /// <summary>Stops a part of a region from running (SIGSTOP).</summary>
    /// <returns>Lets it go on (SIGCONT); null when the part does not run anyway.</returns>
    public async Task<Func<Task>?> PauseAsync(RegionId region, RegionPart part)
    {
        if (_processes[region][part] is not { } process || !_paused.Add(process))
        {
            return null;
        }

        var from = _history.Now;
        Tell($"{part} of {region}: SIGSTOP");
        await process.PauseAsync(Cancelled);
        return async () =>
        {
            await process.ResumeAsync(Cancelled);
            _paused.Remove(process);
            Tell($"{part} of {region}: SIGCONT");
            _history.Paused($"{region}-1", from);
        };
    }

    /// <summary>Waits until something is so.</summary>
    public Task UntilAsync(string what, TimeSpan limit, Func<bool> isSo) =>
        UntilAsync(what, limit, () => Task.FromResult(isSo() ? null : "not so yet"));

    /// <summary>Waits until nothing is missing any more.</summary>
    /// <param name="what">What is waited for.</param>
    /// <param name="limit">How long at the most.</param>
    /// <param name="missing">Says what is missing; null when nothing is.</param>
    public async Task UntilAsync(string what, TimeSpan limit, Func<Task<string?>> missing)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        while (await missing() is { } reason)
        {
            if (TimeProvider.System.GetElapsedTime(startedAt) > limit)
            {
                Expect(false, $"{what}: not within {limit.TotalSeconds} s: {reason}");
            }

            await Task.Delay(PollInterval, TimeProvider.System, Cancelled);
        }
    }

    /// <summary>Waits until the world has converged, and holds the history so far against the protocol's promises.</summary>
    /// <param name="lost">A region that is dead and stays so: its users are served elsewhere; null for none.</param>
    /// <returns>How many effects there were.</returns>
    public async Task<int> SettleAsync(RegionId? lost = null)
    {
        await ConvergeAsync(lost, TimeSpan.FromSeconds(1));
        var effects = await CheckAsync();
        IsSettled = true;
        return effects;
    }

    /// <summary>Takes note that something is about to be broken.</summary>
    public void Begin() => IsSettled = false;

    /// <summary>Fails the running test, with the timeline, unless something is so.</summary>
    public void Expect(bool isSo, string what)
    {
        IsSettled &= isSo;
        Assert.True(isSo, isSo ? null : Report(what));
    }

    /// <summary>Ends every process and removes the network; files are kept unless the world is settled.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_watch is not null)
        {
            await _watch.DisposeAsync();
        }

        foreach (var region in _processes.Values)
        {
            await region.DisposeAsync();
        }

        foreach (var part in new IAsyncDisposable?[] { _edge, Links, Targets, Databases, Network }.OfType<IAsyncDisposable>())
        {
            await part.DisposeAsync();
        }

        _client.Dispose();
        if (IsSettled)
        {
            Directory.Delete(_plan.Directory, recursive: true);
        }
    }

    private async Task StartAsync()
    {
        LabConfiguration.Write(_plan, AgentToken, EdgeToken);
        if (Databases is not null)
        {
            await Databases.StartAsync(_synchronous);
        }

        ChaosPlan.WriteOwn(_plan, Targets, Links, Databases);
        var origins = string.Join(',', _plan.Regions.Select(static r => string.Create(CultureInfo.InvariantCulture, $"{r.Region}={new IPEndPoint(r.Host, r.ServicePort)}")));
        _edge = LabProcess.Start(
            ProgramOn(Network?.Targets),
            "edge",
            ["lab", "--only", "edge", "--region", origins, "--port", _plan.Edge.Port.ToString(CultureInfo.InvariantCulture), "--listen", _plan.Edge.Host, "--exit-with-parent"],
            Path.Combine(_plan.Directory, "logs"),
            new Dictionary<string, string> { ["MAHAVISHNU_EDGE_TOKEN"] = EdgeToken });
        await Task.WhenAll(Regions.Select(StartAsync).Append(Targets?.StartAsync(Cancelled) ?? Task.CompletedTask));
        _watch = new StatusWatch(_plan.Regions, AgentToken, Sightings, TimeProvider.System, Network is null ? null : Network.Hub.ConnectAsync);
        await ConvergeAsync(lost: null, TimeSpan.Zero);
    }

    private async Task ConvergeAsync(RegionId? lost, TimeSpan atRest)
    {
        var convergence = new Convergence(this, lost, atRest);
        await UntilAsync("the world converges", Limits.Convergence, convergence.MissingAsync);
        Leader = convergence.Leader!;
    }

    private async Task<int> CheckAsync()
    {
        var (effects, signs) = await _history.JudgeAsync();
        string[] wrong = [.. signs, .. Fallen()];
        Expect(wrong.Length == 0, string.Join(Environment.NewLine, wrong));
        return effects;
    }

    private IEnumerable<string> Fallen() => _processes.Values
        .SelectMany(static r => r.Running)
        .Append(_edge!)
        .Where(static p => p.HasExited)
        .Select(static p => $"{p.Name} ended by itself: {p.LastErrors(3)}");

    private string Report(string what) => string.Join(
        Environment.NewLine,
        [what, $"files: {_plan.Directory}", .. Fallen(), .. Sightings.Live.Select(static s => $"{s.Agent} answers: {s.Leadership.Role} {s.Leadership.Epoch}"), .. _timeline.Events.TakeLast(80).Select(static e => e.ToString())]);

    private static AgentProgram ProgramOn(NetworkHost? place)
    {
        var enter = place?.Enter ?? [];
        string[] command = [.. enter, "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "mahavishnu-agent.dll")];
        return new AgentProgram(command[0], command[1..]);
    }
}
