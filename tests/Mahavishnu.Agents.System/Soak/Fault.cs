namespace Mahavishnu.Agents.System.Soak;

/// <summary>Some harm that is done to a world and ended again.</summary>
/// <param name="Kind">What is counted.</param>
/// <param name="BeginAsync">Does it.</param>
/// <param name="EndAsync">Ends it; called once, after it began.</param>
internal sealed record Fault(string Kind, Func<Task> BeginAsync, Func<Task> EndAsync);
