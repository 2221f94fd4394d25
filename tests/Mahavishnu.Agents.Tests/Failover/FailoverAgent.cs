using Mahavishnu.Agents.Core.Compliance;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Failover;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Replication;
using Mahavishnu.Agents.Tests.Leadership;
using Mahavishnu.Agents.Tests.Voting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mahavishnu.Agents.Tests.Failover;

/// <summary>Leadership, votes, decisions and effects of one agent, as the host puts them together, over scripted targets.</summary>
internal sealed class FailoverAgent : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("drivers-").FullName;
    private readonly Candidate _candidate;
    private readonly Voter _voter;
    private readonly AuditLog _audit;
    private readonly ReconcileLoop _reconcile;
    private readonly PeerClocks _clocks;
    private readonly DataPlane _data;
    private bool _dead;

    public FailoverAgent(StoreWorld world, string name, RegionId region, ScriptedHealth health, IReadOnlyList<ScriptedTarget> targets)
    {
        _candidate = new Candidate(world, name, region);
        _voter = new Voter(world, name, region, TimeSpan.FromMilliseconds(500), health);
        _audit = new AuditLog(_directory, name, world.Clock);
        Region = region;
        Name = name;
        Settings = SettingsOf(region);
        Traffic = new TrafficDriver(targets, StoreWorld.Timing, () => _candidate.Loop.Standing, world.Clock, name, _audit, NullLogger<TrafficDriver>.Instance);
        var archive = new JournalArchive(_voter.Stores, StoreWorld.Prefix, StoreWorld.Timing.RequestTimeout, NullLogger<JournalArchive>.Instance);
        var metrics = new AgentMetrics();
        var flight = new FlightRecorder(new FlightFiles(FlightDirectory, 100_000, 1000), name, Settings, metrics, NullLogger<FlightRecorder>.Instance);
        _clocks = new PeerClocks(_voter.Loop, world.Clock, StoreWorld.Timing.ClockDrift);
        _data = new DataPlane(_clocks, [], null, null, [], _voter.Loop, TimeSpan.Zero, world.Clock);
        Loop = new FailoverLoop(
            Settings, _candidate.Loop, _voter.Loop, Traffic, _data, world.Clock, new FailoverRecords(_audit, metrics, archive, flight), NullLogger<FailoverLoop>.Instance);
        _reconcile = new ReconcileLoop(Settings, _candidate.Loop, Loop, Traffic, world.Clock);
        Maintenance = new MaintenanceSwitch(_voter.Stores, StoreWorld.Prefix, TimeSpan.FromSeconds(5));
    }

    public string Name { get; }

    public RegionId Region { get; }

    public FailoverSettings Settings { get; }

    private string FlightDirectory => Path.Combine(_directory, "flight");

    public Candidate Candidate => _candidate;

    public TrafficDriver Traffic { get; }

    public FailoverLoop Loop { get; }

    public MaintenanceSwitch Maintenance { get; }

    public bool Leads => Loop.State.Epoch > 0;

    public async Task<FailoverAgent> StartAsync(bool decides = true)
    {
        await _voter.StartAsync();
        await _candidate.StartAsync();
        if (decides)
        {
            await Loop.StartAsync(Eventually.Cancellation);
        }

        await _reconcile.StartAsync(Eventually.Cancellation);
        return this;
    }

    /// <summary>Stops everything in the order of the host.</summary>
    public async Task StopAsync()
    {
        await _reconcile.StopAsync(CancellationToken.None);
        await Loop.StopAsync(CancellationToken.None);
        await _candidate.StopAsync();
        await _voter.StopAsync();
    }

    /// <summary>Ends without a word to anybody.</summary>
    public async Task KillAsync()
    {
        _dead = true;
        await _candidate.KillAsync();
        await StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_dead)
        {
            await KillAsync();
        }

        _reconcile.Dispose();
        Loop.Dispose();
        _data.Dispose();
        _clocks.Dispose();
        await _candidate.DisposeAsync();
        await _voter.DisposeAsync();
        _audit.Dispose();
        if (FlightFiles.In(FlightDirectory).Count > 0)
        {
            FlightRecord.AssertSame(FlightDirectory);
        }

        Directory.Delete(_directory, recursive: true);
    }

    private static FailoverSettings SettingsOf(RegionId region) => new()
    {
        Region = region,
        Observers = StoreWorld.Regions,
        Regions = StoreWorld.Regions.ToDictionary(static r => r, static r => new RegionFacts(r, "anywhere", [], 0.5, 0, true)),
        Residency = new ResidencyCatalogue(new Dictionary<string, IReadOnlyDictionary<string, IReadOnlyList<string>>?>()),
        Thresholds = DecisionThresholds.Default,
        Saga = new SagaSettings
        {
            Watch = TimeSpan.FromMilliseconds(200),
            RetryInterval = TimeSpan.FromMilliseconds(100),
            NothingConfigured = [.. SagaTable.Rows.Where(static r => r.Work == StepWork.Data).Select(static r => r.Step)],
        },
        Timing = StoreWorld.Timing,
        Automatic = true,
        AutoFailback = false,
        FailbackWindow = TimeSpan.FromSeconds(1),
        Interval = TimeSpan.FromMilliseconds(20),
    };
}
