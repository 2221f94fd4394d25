namespace Mahavishnu.Agents.Core.Replication;

/// <summary>How bad a finding is.</summary>
public enum FindingSeverity
{
    /// <summary>It serves, but not as it should.</summary>
    Warning = 1,

    /// <summary>Data or service are lost, or are one fault away from it.</summary>
    Critical,
}

/// <summary>Something about a store that is not as it should be.</summary>
/// <param name="Rule">The stable name of the rule, e.g. <c>R-03</c>.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Sentence">Names the server or the link, what was seen and what was expected.</param>
public sealed record StoreFinding(string Rule, FindingSeverity Severity, string Sentence);
