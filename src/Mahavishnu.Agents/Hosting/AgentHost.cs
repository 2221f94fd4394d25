using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Failover;
using Mahavishnu.Agents.Health;
using Mahavishnu.Agents.Leadership;
using Mahavishnu.Agents.Registration;
using Mahavishnu.Agents.Replication;
using Mahavishnu.Agents.Voting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Mahavishnu.Agents.Hosting;

/// <summary>Builds the daemon from its configuration: every feature in start order, and nothing else.</summary>
internal static class AgentHost
{
    /// <summary>The application, not started yet.</summary>
    /// <exception cref="InvalidOperationException">A secret, a file or the data directory that the configuration names cannot be used.</exception>
    /// <exception cref="SocketException"><c>agent.listen</c> cannot be used.</exception>
    public static WebApplication Build(AgentOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var listen = options.Agent.ListenEndPoint ?? throw new InvalidOperationException($"agent.listen: '{options.Agent.Listen}' is no address that can be bound.");
        Configure(builder, options, listen);
        var tokens = new AccessTokens(options.Agent.Tokens);
        var clock = new AgentClock(TimeProvider.System);
        var metrics = new AgentMetrics();
        var timing = options.SplitBrainPrevention.Timing;
        var audit = OpenAudit(options, clock);
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

        if (options.Agent.Modules.Contains(AgentModule.Health))
        {
            builder.Services.AddHostedService(static services => new HealthService(Part(services).Health));
        }

        builder.Services.AddHostedService(static services => Part(services).Votes);
        builder.Services.AddHostedService(static services => Part(services).Leadership);
        if (options.Agent.Modules.Contains(AgentModule.Lag))
        {
            builder.Services.AddHostedService(static services => Part(services).Data);
        }

        if (options.Agent.Modules.Contains(AgentModule.Failover))
        {
            builder.Services.AddHostedService(static services => Part(services).Failover);
            builder.Services.AddHostedService(services => new ReconcileLoop(options.ToFailoverSettings(timing), Part(services).Leadership, Part(services).Failover, Part(services).Traffic, clock));
        }

        builder.Services.AddSingleton(services => new Readiness(Part(services).Health, Part(services).Leadership, clock, timing));
        builder.Services.AddHostedService(static services => services.GetRequiredService<Readiness>());

        // The port is taken before anything runs: a second agent on it must not say a word to the stores.
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(listen);
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = _ => socket);
        var app = builder.Build();
        var made = app.Services.GetRequiredService<AgentParts>();
        var gate = new AccessGate(tokens, audit);
        new HttpApi(made, gate, metrics, app.Services.GetRequiredService<Readiness>(), new OperatorApi(made, gate, app.Lifetime.ApplicationStopping)).Map(app);
        return app;
    }

    /// <summary>The host: service managers, logs on standard error, limits of the HTTP server.</summary>
    private static void Configure(WebApplicationBuilder builder, AgentOptions options, IPEndPoint listen)
    {
        builder.Services.AddSystemd();
        builder.Services.AddWindowsService(static service => service.ServiceName = "mahavishnu-agent");

        // Stopped all at once: a leader hands over without waiting for the last request of a slow client to end.
        builder.Services.Configure<HostOptions>(static host => (host.ShutdownTimeout, host.ServicesStopConcurrently) = (TimeSpan.FromSeconds(5), true));
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(LevelOf(options.LogLevel));
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddSimpleConsole(static console => (console.SingleLine, console.TimestampFormat, console.UseUtcTimestamp) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ ", true));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBody.LimitBytes;
            kestrel.Listen(listen);
        });
    }

    private static AuditLog OpenAudit(AgentOptions options, AgentClock clock)
    {
        var directory = Path.Combine(options.Agent.DataDirectory, options.AgentName);
        try
        {
            return new AuditLog(directory, options.AgentName, clock);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"agent.data_directory: {directory} must be a directory that this user may write to: {unusable.Message}", unusable);
        }
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
        var records = new FailoverRecords(audit, metrics, new JournalArchive(voteStores, prefix, timing.RequestTimeout, loggers.CreateLogger<JournalArchive>()), Recorder(options, timing, metrics, loggers));
        FailoverLoop? failover = null;
        var data = DataPlaneFactory.Create(options, timing, leadership, votes, () => failover?.State.Record, clock, audit, metrics, loggers);
        failover = new FailoverLoop(options.ToFailoverSettings(timing), leadership, votes, traffic, data, clock, records, loggers.CreateLogger<FailoverLoop>());
        return new AgentParts(options, clock, health, votes, leadership, failover, traffic, data, new MaintenanceSwitch(voteStores, prefix, timing.RequestTimeout), audit);
    }

    private static FlightRecorder? Recorder(AgentOptions options, LeadershipTiming timing, AgentMetrics metrics, ILoggerFactory loggers)
    {
        var recorder = options.Agent.FlightRecorder;
        var directory = Path.Combine(options.Agent.DataDirectory, options.AgentName, "flight");
        return recorder.Enabled
            ? new FlightRecorder(new FlightFiles(directory, recorder.FileSizeMb * 1_000_000L, recorder.Files), options.AgentName, options.ToFailoverSettings(timing), metrics, loggers.CreateLogger<FlightRecorder>())
            : null;
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
