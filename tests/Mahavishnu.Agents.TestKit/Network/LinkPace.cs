using System.Globalization;

namespace Mahavishnu.Agents.TestKit.Network;

/// <summary>How slow a link is now.</summary>
/// <param name="There">How late a byte comes that the client sends.</param>
/// <param name="Back">How late a byte comes that the server sends.</param>
/// <param name="StallsThere">Whether nothing that the client sends comes at all, for now.</param>
/// <param name="StallsBack">Whether nothing that the server sends comes at all, for now.</param>
public sealed record LinkPace(TimeSpan There, TimeSpan Back, bool StallsThere = false, bool StallsBack = false)
{
    /// <summary>Nothing is late.</summary>
    public static LinkPace Prompt { get; } = new(TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>Nothing comes, either way.</summary>
    public static LinkPace Stalled { get; } = new(TimeSpan.Zero, TimeSpan.Zero, true, true);

    /// <summary>The same delay both ways.</summary>
    public static LinkPace Late(TimeSpan eachWay) => new(eachWay, eachWay);

    /// <summary>One line.</summary>
    public override string ToString() => this == Prompt ? "prompt" : $"there {Way(There, StallsThere)}, back {Way(Back, StallsBack)}";

    private static string Way(TimeSpan late, bool stalls) => stalls ? "stalled" : string.Create(CultureInfo.InvariantCulture, $"{late.TotalMilliseconds:0} ms late");
}
