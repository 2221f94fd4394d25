using System.Globalization;
using Mahavishnu.Agents.Core.Configuration;

namespace Mahavishnu.Agents.Core.Leadership;

/// <summary>One inequality between times: the left side must not exceed the right side.</summary>
/// <param name="Key">The configuration key to blame when it is broken, e.g. <c>wait_out</c>.</param>
/// <param name="Statement">The inequality in the names of the configuration.</param>
/// <param name="Left">The value of the left side.</param>
/// <param name="Right">The value of the right side.</param>
public sealed record TimingInequality(string Key, string Statement, TimeSpan Left, TimeSpan Right)
{
    /// <summary>Whether it holds.</summary>
    public bool Holds => Left <= Right;

    /// <summary>Both sides, e.g. <c>5s &lt;= 5s</c>.</summary>
    public string Figures => $"{DurationText.Format(Left)} {(Holds ? "<=" : ">")} {DurationText.Format(Right)}";

    /// <summary>The statement with both sides computed, e.g. <c>request_timeout &lt;= heartbeat_interval: 0.4 s &lt;= 0.5 s</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Statement}: {Left.TotalSeconds:0.###} s {(Holds ? "<=" : ">")} {Right.TotalSeconds:0.###} s");
}
