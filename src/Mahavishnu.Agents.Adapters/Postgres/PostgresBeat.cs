namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>A sign of life that a region writes into its own row.</summary>
/// <param name="Process">The writer, e.g. <c>eu-west-1-a</c>.</param>
/// <param name="Sequence">Rises with each beat of that process.</param>
/// <param name="Stamp">When it was written, by the writer's clock; stored in UTC with microseconds.</param>
public sealed record PostgresBeat(string Process, long Sequence, DateTimeOffset Stamp);
