namespace Mahavishnu.Agents.Cli;

/// <summary>What is to be replayed, and what of it is wanted.</summary>
/// <param name="Path">A file of a flight record, or the directory of all of its files.</param>
/// <param name="Policy">A file with another policy; null for the recorded one alone.</param>
/// <param name="At">Of the last turn until then every rule is shown; null for the timeline.</param>
/// <param name="From">From when on the timeline is shown.</param>
/// <param name="To">Until when.</param>
/// <param name="Json">Whether the answer is one JSON document.</param>
internal sealed record ReplayRequest(string Path, string? Policy, DateTimeOffset? At, DateTimeOffset From, DateTimeOffset To, bool Json);
