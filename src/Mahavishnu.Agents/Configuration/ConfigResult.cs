namespace Mahavishnu.Agents.Configuration;

/// <summary>What became of loading the configuration of one region.</summary>
/// <param name="Options">The typed configuration; null when there is any error.</param>
/// <param name="Errors">What keeps the agent from starting, all of it.</param>
/// <param name="Warnings">What is probably not as intended.</param>
/// <param name="Notes">What is good to know, such as sections that are accepted but not used.</param>
/// <param name="Tree">The merged configuration as written; empty when a file could not be read.</param>
/// <param name="Timing">The timing of leadership as it would be used; null when it could not be read.</param>
internal sealed record ConfigResult(
    AgentOptions? Options,
    IReadOnlyList<ConfigProblem> Errors,
    IReadOnlyList<ConfigProblem> Warnings,
    IReadOnlyList<ConfigProblem> Notes,
    ConfigTree Tree,
    Core.Leadership.LeadershipTiming? Timing);
