using System.Globalization;
using System.Text;

namespace Mahavishnu.Agents.Lab.Simulation.Engine;

/// <summary>What happened in a simulated world: a hash over everything, and the latest events in words.</summary>
public sealed class EventLog
{
    private const int Kept = 400;
    private readonly Queue<(TimeSpan At, string Who, object What)> _latest = new();

    /// <summary>Equal for equal histories.</summary>
    public ulong Hash { get; private set; } = 14695981039346656037UL;

    /// <summary>Adds an event; an object is put into words only when somebody reads them, so it must not change.</summary>
    /// <param name="at">When it happened.</param>
    /// <param name="who">To whom.</param>
    /// <param name="what">What.</param>
    /// <param name="routine">Whether it only counts for the hash: nobody wants to read it.</param>
    public void Add(TimeSpan at, string who, object what, bool routine = false)
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

        if (routine)
        {
            return;
        }

        if (_latest.Count == Kept)
        {
            _latest.Dequeue();
        }

        _latest.Enqueue((at, who, what));
    }

    /// <summary>The latest events, a line each.</summary>
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
