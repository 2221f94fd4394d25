using System.Net;
using Mahavishnu.Agents.Lab.Processes;
using Mahavishnu.Agents.Lab.World;
using Mahavishnu.Agents.TestKit.Network;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>Where everything of a <see cref="ChaosWorld"/> listens, and what its agents are told beside the lab's configuration.</summary>
internal static class ChaosPlan
{
    /// <summary>How many regions: the fewest of which one may be lost.</summary>
    public const int Regions = 3;

    /// <summary>Plans a world in a directory of its own.</summary>
    /// <param name="network">Hosts for the regions and, last, one for what users go through; null for this machine.</param>
    public static LabPlan Make(HostNetwork? network)
    {
        // Below the range of outgoing connections, and free on this machine, which is more than a host of its own needs.
        var ports = FreePorts.Find((Regions * 3) + 1);
        var regions = LabRegions.All.Take(Regions)
            .Select((facts, i) => new RegionPlan(facts, ports[i * 3], ports[(i * 3) + 1], ports[(i * 3) + 2]) { Host = network?.Hosts[i].Address ?? IPAddress.Loopback })
            .ToList();
        var directory = Directory.CreateTempSubdirectory("mahavishnu-chaos-").FullName;
        Directory.CreateDirectory(Path.Combine(directory, "logs"));
        var edge = new IPEndPoint(network?.Hosts[^1].Address ?? IPAddress.Loopback, ports[^1]);
        return new LabPlan(directory, LabTiming.Fast, regions, new Uri($"http://{edge}/"), HoldsEuropeanData: false);
    }

    /// <summary>Writes each region's file for its environment, which wins over what the lab has written.</summary>
    public static void WriteOwn(LabPlan plan, RealTargets? targets, SlowLinks? links, Databases? databases)
    {
        foreach (var own in plan.Regions)
        {
            var text = (targets?.Configuration() ?? "") + (links is null ? "" : Linked(plan, own, links)) + (databases is null ? "" : databases.Configuration() + "failback: {auto_failback: false}\n");
            if (text.Length > 0)
            {
                var directory = Directory.CreateDirectory(Path.Combine(plan.ConfigDirectory, own.Region.Value));
                File.WriteAllText(Path.Combine(directory.FullName, "production.yaml"), text);
            }
        }
    }

    private static string Linked(LabPlan plan, RegionPlan own, SlowLinks links) => "regions:\n" + string.Concat(plan.Regions
        .Where(other => other != own)
        .Select(other => $"  {other.Region}: {{consul: '{links.Consul(own.Region, other.Region)}', endpoint: '{links.Service(own.Region, other.Region)}from/{own.Region}'}}\n"));
}
