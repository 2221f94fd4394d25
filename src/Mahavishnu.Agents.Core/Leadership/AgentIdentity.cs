using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Leadership;

/// <summary>Who an agent is.</summary>
/// <param name="Agent">Its name, unique among all agents, e.g. <c>us-east-1-1</c>.</param>
/// <param name="Region">The region that it runs in.</param>
/// <param name="Process">16 hexadecimal digits drawn at the start of this process, so that a restart is another author.</param>
public sealed record AgentIdentity(string Agent, RegionId Region, string Process);
