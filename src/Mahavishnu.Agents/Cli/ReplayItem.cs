namespace Mahavishnu.Agents.Cli;

/// <summary>Something that a replay tells.</summary>
/// <param name="Time">The wall clock of the agent then.</param>
/// <param name="Kind">What it is about, e.g. <c>verdict</c>.</param>
/// <param name="Text">What happened, in a sentence.</param>
internal sealed record ReplayItem(DateTimeOffset Time, string Kind, string Text);
