using System.Globalization;
using Mahavishnu.Agents.Lab.Postgres;
using Mahavishnu.Agents.Lab.Processes;

namespace Mahavishnu.Agents.Lab.World;

/// <summary>The parts of a region that run as processes of their own.</summary>
internal enum RegionPart
{
    /// <summary>The sample Mahavishnu service.</summary>
    Service = 1,

    /// <summary>The Consul-compatible store.</summary>
    Consul,

    /// <summary>The agent.</summary>
    Agent,
}

/// <summary>The processes of one region: started, killed and started again, each part by itself.</summary>
internal sealed class RegionProcesses(RegionPlan plan, LabPlan lab, AgentProgram program) : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private readonly Dictionary<RegionPart, LabProcess> _running = [];
    private readonly Dictionary<string, string>? _serviceEnvironment = lab.DatabasePorts is { } ports
        ? new() { [ServiceRows.Variable] = string.Join(',', ports.Select(Text)) }
        : null;

    /// <summary>Region and ports.</summary>
    public RegionPlan Plan => plan;

    /// <summary>The process of a part; null while it is killed.</summary>
    public LabProcess? this[RegionPart part] => _running.GetValueOrDefault(part);

    /// <summary>The processes that were started and not killed.</summary>
    public IReadOnlyCollection<LabProcess> Running => _running.Values;

    /// <summary>Starts the parts that do not run. They answer some time later.</summary>
    public void Start(params ReadOnlySpan<RegionPart> parts)
    {
        foreach (var part in parts)
        {
            if (!_running.ContainsKey(part))
            {
                _running[part] = LabProcess.Start(program, NameOf(part), Arguments(part), Path.Combine(lab.Directory, "logs"), part == RegionPart.Service ? _serviceEnvironment : null);
            }
        }
    }

    /// <summary>Waits until a part answers that was started.</summary>
    /// <param name="part">The part.</param>
    /// <param name="client">Reaches the region.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LabException">It did not start; the message has its last words.</exception>
    public async Task WaitAsync(RegionPart part, HttpClient client, TimeProvider time, CancellationToken cancellationToken)
    {
        var address = part switch
        {
            RegionPart.Service => new Uri(plan.Service, "health"),
            RegionPart.Consul => new Uri(plan.Consul, "v1/status/leader"),
            _ => new Uri(plan.Agent, "health/live"),
        };
        var startedAt = time.GetTimestamp();
        while (!await client.AnswersAsync(address, cancellationToken))
        {
            var process = this[part];
            if (process is null or { HasExited: true } || time.GetElapsedTime(startedAt) > StartLimit)
            {
                var end = process is { HasExited: false } ? string.Create(CultureInfo.InvariantCulture, $"did not answer at {address} within {StartLimit.TotalSeconds} s") : "ended at once";
                throw new LabException($"{NameOf(part)} {end}. It said:{Environment.NewLine}{process?.LastErrors(20)}");
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }
    }

    /// <summary>Kills parts with SIGKILL, all at the same time, and waits until they are gone.</summary>
    public async Task KillAsync(IReadOnlyList<RegionPart> parts, CancellationToken cancellationToken)
    {
        await Task.WhenAll(parts.Where(_running.ContainsKey).Select(part => _running[part].KillAsync(cancellationToken)));
        foreach (var part in parts)
        {
            if (_running.Remove(part, out var killed))
            {
                await killed.DisposeAsync();
            }
        }
    }

    /// <summary>Kills what still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _running.Values)
        {
            await process.DisposeAsync();
        }

        _running.Clear();
    }

    private string[] Arguments(RegionPart part) => part switch
    {
        RegionPart.Service => ["lab", "--only", "service", "--region", plan.Region.Value, "--port", Text(plan.ServicePort), "--listen", Host, "--exit-with-parent"],
        RegionPart.Consul => ["lab", "--only", "consul", "--region", plan.Region.Value, "--port", Text(plan.ConsulPort), "--listen", Host, "--data-dir", Path.Combine(lab.Directory, "data", $"consul-{plan.Region}"), "--exit-with-parent"],
        _ => ["run", "--config", lab.ConfigDirectory, "--region", plan.Region.Value, "--exit-with-parent"],
    };

    private string NameOf(RegionPart part) => $"{part.ToString().ToLowerInvariant()}-{plan.Region}";

    private string Host => plan.Host.ToString();

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
