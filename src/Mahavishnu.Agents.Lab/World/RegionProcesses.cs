using System.Globalization;
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
    private readonly Dictionary<RegionPart, LabProcess> _running = [];

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
                var name = $"{part.ToString().ToLowerInvariant()}-{plan.Region}";
                _running[part] = LabProcess.Start(program, name, Arguments(part), Path.Combine(lab.Directory, "logs"));
            }
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
        RegionPart.Service => ["lab", "--only", "service", "--region", plan.Region.Value, "--port", Text(plan.ServicePort), "--exit-with-parent"],
        RegionPart.Consul => ["lab", "--only", "consul", "--region", plan.Region.Value, "--port", Text(plan.ConsulPort), "--data-dir", Path.Combine(lab.Directory, "data", $"consul-{plan.Region}"), "--exit-with-parent"],
        _ => ["run", "--config", lab.ConfigDirectory, "--region", plan.Region.Value, "--exit-with-parent"],
    };

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
