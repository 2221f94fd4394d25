using System.Globalization;
using System.Text;

namespace Mahavishnu.Agents.TestKit.Leadership;

/// <summary>What happened in a world: a hash over everything, and the latest events in words.</summary>
internal sealed class Timeline
{
    private const int Kept = 400;
    private readonly Queue<(TimeSpan At, string Who, object What)> _latest = new();

    /// <summary>Equal for equal histories.</summary>
    public ulong Hash { get; private set; } = 14695981039346656037UL;

    public void Add(TimeSpan at, string who, object what)
    {
        Mix((ulong)at.Ticks);
        foreach (var character in who)
        {
            Mix(character);
        }

        foreach (var character in what as string ?? what.GetType().Name)
        {
            Mix(character);
        }

        if (_latest.Count == Kept)
        {
            _latest.Dequeue();
        }

        _latest.Enqueue((at, who, what));
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (at, who, what) in _latest)
        {
            text.Append(CultureInfo.InvariantCulture, $"{at.TotalSeconds,9:0.0000} {who,-12} {what}").AppendLine();
        }

        return text.ToString();
    }

    private void Mix(ulong value) => Hash = (Hash ^ value) * 1099511628211UL;
}
