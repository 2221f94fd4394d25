using System.Net;
using System.Security.Cryptography;
using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Failover;
using Mahavishnu.Agents.Health;
using Mahavishnu.Agents.Leadership;
using Mahavishnu.Agents.Registration;
using Mahavishnu.Agents.Voting;

namespace Mahavishnu.Agents.Hosting;

/// <summary>Builds the daemon from its configuration: every feature in start order, and nothing else.</summary>
internal static class AgentHost
{
    /// <summary>The application, not started yet.</summary>
    /// <exception cref="InvalidOperationException">A secret or a file that the configuration names cannot be used.</exception>
    /// <exception cref="IOException">The data directory cannot be used.</exception>
    public static WebApplication Build(AgentOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSystemd();
        builder.Services.AddWindowsService(static service => service.ServiceName = "mahavishnu-agent");
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(LevelOf(options.LogLevel));
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddSimpleConsole(static console => (console.SingleLine, console.TimestampFormat, console.UseUtcTimestamp) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ ", true));
        var listen = IPEndPoint.Parse(options.Agent.Listen.Replace("localhost", "127.0.0.1", StringComparison.Ordinal));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = HttpApi.BodyLimitBytes;
            kestrel.Listen(listen);
        });

        var tokens = new AccessTokens(options.Agent.Tokens);
        var clock = new AgentClock(TimeProvider.System);
        var metrics = new AgentMetrics();
        var timing = options.SplitBrainPrevention.Timing;
        var audit = new AuditLog(Path.Combine(options.Agent.DataDirectory, options.AgentName), options.AgentName, clock);
        builder.Services.AddSingleton(audit);

        // The loops need loggers, so they are made when the container is; this is their start order.
        AgentParts? parts = null;
        builder.Services.AddSingleton(services => parts ??= Assemble(services.GetRequiredService<ILoggerFactory>(), options, timing, clock, metrics, audit));
        if (options.Stores().FirstOrDefault(s => s.Region == options.Region) is { } own)
        {
            // Started first and so stopped last: it never takes time from the orderly release of leadership.
            builder.Services.AddHostedService(services => new RegistrationLoop(
                options.ToRegistrationSettings(), own.ToClient(timing, clock.Time), () => Part(services).Votes.Abstains(), clock, services.GetRequiredService<ILogger<RegistrationLoop>>()));
        }

        builder.Services.AddHostedService(static services => new HealthService(services.GetRequiredService<AgentParts>().Health));
        builder.Services.AddHostedService(static services => services.GetRequiredService<AgentParts>().Votes);
        builder.Services.AddHostedService(static services => services.GetRequiredService<AgentParts>().Leadership);
        if (options.Agent.Modules.Contains(AgentModule.Failover))
        {
            builder.Services.AddHostedService(static services => services.GetRequiredService<AgentParts>().Failover);
            builder.Services.AddHostedService(services => new ReconcileLoop(options.ToFailoverSettings(timing), Part(services).Leadership, Part(services).Failover, Part(services).Traffic, clock));
        }

        var app = builder.Build();
        var made = app.Services.GetRequiredService<AgentParts>();
        new HttpApi(made, tokens, metrics, new Readiness(made.Health, made.Leadership, clock, timing)).Map(app);
        return app;
    }

    private static AgentParts Part(IServiceProvider services) => services.GetRequiredService<AgentParts>();

    private static AgentParts Assemble(ILoggerFactory loggers, AgentOptions options, LeadershipTiming timing, AgentClock clock, AgentMetrics metrics, AuditLog audit)
    {
        var random = new Random(BitConverter.ToInt32(RandomNumberGenerator.GetBytes(4)));
        var stores = options.Stores();
        var prefix = options.SplitBrainPrevention.Consul.ControlPrefix;
        var voteStores = stores.Select(s => new VoteStore(s.Region, s.ToClient(timing, clock.Time))).ToList();
        var limits = new ObserverLimits(timing.Validity / 4, timing.Validity / 4);
        var health = new HealthMonitor(options.ToChecks(clock.Time), limits, clock.Time, random, metrics.Probed);
        var votes = new VoteLoop(options.ToVoteSettings(timing), voteStores, health.Snapshot, health.WaitForChangeAsync, clock, loggers.CreateLogger<VoteLoop>());
        var identity = new AgentIdentity(options.AgentName, options.Region, RandomNumberGenerator.GetHexString(16, lowercase: true));
        var machine = new LeadershipMachine(identity, [.. stores.Select(static s => s.Region)], options.SplitBrainPrevention.Quorum.Version, timing, random);
        var control = stores.Select(s => new ConsulControlStore(s.Region, prefix, options.AgentName, s.ToClient(timing, clock.Time), s.ToClient(timing, clock.Time)));
        // A leader that runs no sagas would keep those away that could.
        var stands = options.Agent.Modules.Contains(AgentModule.Leadership) && options.Agent.Modules.Contains(AgentModule.Failover);
        var leadership = new LeadershipLoop(machine, timing, control, clock, () => Gate(stands, health, limits), loggers.CreateLogger<LeadershipLoop>());
        var traffic = new TrafficDriver(options.ToTrafficTargets(timing, clock.Time), timing, () => leadership.Standing, clock, options.AgentName, audit, loggers.CreateLogger<TrafficDriver>());
        var records = new FailoverRecords(audit, metrics, new JournalArchive(voteStores, prefix, timing.RequestTimeout, loggers.CreateLogger<JournalArchive>()));
        var failover = new FailoverLoop(options.ToFailoverSettings(timing), leadership, votes, traffic, clock, records, loggers.CreateLogger<FailoverLoop>());
        return new AgentParts(options, clock, health, votes, leadership, failover, traffic, new MaintenanceSwitch(voteStores, prefix, timing.RequestTimeout), audit);
    }

    /// <summary>An agent whose own timers are late or whose threads are starved stays out of elections; what it thinks of regions does not matter here.</summary>
    private static CampaignGate Gate(bool stands, HealthMonitor health, ObserverLimits limits)
    {
        if (!stands)
        {
            return new CampaignGate(false, "this process does not run the modules leadership and failover");
        }

        var self = ObserverGate.Judge([], health.Snapshot().Self, limits);
        return self.Abstains ? new CampaignGate(false, self.Reason) : CampaignGate.Yes;
    }

    private static LogLevel LevelOf(AgentLogLevel level) => level switch
    {
        AgentLogLevel.Debug => LogLevel.Debug,
        AgentLogLevel.Warning => LogLevel.Warning,
        AgentLogLevel.Error => LogLevel.Error,
        _ => LogLevel.Information,
    };
}

/// <summary>Runs the probes.</summary>
internal sealed class HealthService(HealthMonitor monitor) : BackgroundService
{
    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => monitor.RunAsync(stoppingToken);
}
