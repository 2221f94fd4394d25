namespace Mahavishnu.Agents.Core.Replication.Kafka;

/// <summary>Follows the numbers of messages of one pipeline: what is missing, and what came more than once. Not thread-safe.</summary>
/// <remarks>Missing is counted as lost only when so many later ones have come that nothing still under way explains it.</remarks>
public sealed class SequenceTrack
{
    private const int Slack = 32;

    private readonly SortedSet<long> _missing = [];
    private string? _process;
    private long _highest;

    /// <summary>Messages that never came.</summary>
    public long Lost { get; private set; }

    /// <summary>Messages that came again.</summary>
    public long Duplicated { get; private set; }

    /// <summary>A message has come.</summary>
    /// <param name="process">Its writer; another one begins anew.</param>
    /// <param name="sequence">Its number, which rises by one.</param>
    public void Observe(string process, long sequence)
    {
        if (process != _process)
        {
            // The writer before is gone: what it lacks is not known to be lost, since it may never have been sent.
            (_process, _highest) = (process, sequence);
            _missing.Clear();
            return;
        }

        if (sequence > _highest)
        {
            for (var number = Math.Max(_highest + 1, sequence - (2 * Slack)); number < sequence; number++)
            {
                _missing.Add(number);
            }

            Lost += Math.Max(0, sequence - (2 * Slack) - _highest - 1);
            _highest = sequence;
        }
        else if (!_missing.Remove(sequence))
        {
            Duplicated++;
        }

        while (_missing.Count > 0 && _missing.Min < _highest - Slack)
        {
            _missing.Remove(_missing.Min);
            Lost++;
        }
    }
}
