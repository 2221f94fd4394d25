using System.CommandLine;

namespace Mahavishnu.Agents.Cli;

/// <summary>The verb <c>lab</c>: several regions on this machine.</summary>
internal static class LabVerb
{
    /// <summary>Describes the verb.</summary>
    public static Command Command(CommonOptions common)
    {
        _ = common;
        return new Command("lab", "Regions on this machine, an outage, failover and failback");
    }
}
