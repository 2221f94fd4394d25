namespace Mahavishnu.Agents.Lab.Watch;

/// <summary>Something that was seen.</summary>
/// <param name="At">Time since the lab started.</param>
/// <param name="SinceFault">Time since the fault; null before it.</param>
/// <param name="Text">What was seen, in a sentence.</param>
internal sealed record TimelineEvent(TimeSpan At, TimeSpan? SinceFault, string Text)
{
    /// <summary>One line, e.g. <c>  12.31 s   +3.40 s  us-east-1 is agreed to be down</c>.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{At.TotalSeconds,7:0.00} s  {(SinceFault is { } since ? FormattableString.Invariant($"+{since.TotalSeconds:0.00} s") : ""),9}  {Text}");
}
