using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Configuration;

/// <summary>What a rule between values looks at, and where it reports.</summary>
/// <param name="Region">The region whose configuration it is.</param>
/// <param name="Options">The bound options; values that did not fit have their defaults.</param>
/// <param name="Tree">The configuration as written.</param>
/// <param name="Problems">Takes what is found.</param>
internal sealed record RuleContext(RegionId Region, AgentOptions Options, ConfigTree Tree, ConfigProblems Problems)
{
    /// <summary>Reports an error at a path, unless something at or below it is wrong already: a default in its place proves nothing.</summary>
    public void Error(ConfigPath path, string message)
    {
        if (!Problems.HasErrorsAt(path))
        {
            Problems.Error(Tree.OriginOf(path), path, message);
        }
    }

    /// <summary>Reports a warning at a path.</summary>
    public void Warning(ConfigPath path, string message) => Problems.Add(ConfigSeverity.Warning, Tree.OriginOf(path), path, message);

    /// <summary>Reports a note at a path.</summary>
    public void Note(ConfigPath path, string message) => Problems.Add(ConfigSeverity.Note, Tree.OriginOf(path), path, message);

    /// <summary>Reports a region that is not configured.</summary>
    public void RequireRegion(ConfigPath path, RegionId region)
    {
        if (!Options.Regions.ContainsKey(region))
        {
            var known = Options.Regions.Keys.Order().Select(static id => id.Value).ToList();
            Error(path, $"names the region {Shown.Quoted(region.Value)}, which is not configured; expected one of regions: "
                + (known.Count == 0 ? "none is" : Shown.Listed(known)) + Shown.DidYouMean(region.Value, known));
        }
    }

    /// <summary>Reports every value that stands twice, at the second.</summary>
    /// <param name="values">Each value and its path; a null value is passed over.</param>
    /// <param name="expected">What was expected, after "expected".</param>
    public void RequireDistinct(IEnumerable<(string? Value, ConfigPath Path)> values, string expected)
    {
        var first = new Dictionary<string, ConfigPath>();
        foreach (var (value, path) in values)
        {
            if (value is not null && !first.TryAdd(value, path))
            {
                Error(path, $"is {Shown.Quoted(value)}, as is {first[value]} at {Tree.OriginOf(first[value])}; expected {expected}");
            }
        }
    }

    /// <summary>Whether the process runs a module.</summary>
    public bool Runs(AgentModule module) => Options.Agent.Modules.Contains(module);
}
