namespace Mahavishnu.Agents.Core.Failover;

/// <summary>One line of a flight record as it was read.</summary>
/// <param name="Number">Its number in the file, from 1.</param>
/// <param name="Entry">What it says; null when it cannot be read.</param>
/// <param name="Problem">Why it cannot be read; empty when it can.</param>
/// <param name="CutOff">Whether it is only the end of what a process could still write: nothing follows it, or a new beginning.</param>
public sealed record FlightLine(int Number, FlightEntry? Entry, string Problem, bool CutOff)
{
    /// <summary>Reads the lines of one file as they are asked for, up to the first that is damaged and not just cut off.</summary>
    public static IEnumerable<FlightLine> Read(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        return lines.Append((string?)null).SelectMany(new Reader().Next);
    }

    private sealed class Reader
    {
        private readonly FlightDecoder _decoder = new();
        private FlightLine? _unreadable;
        private bool _damaged;
        private int _number;

        /// <summary>What the next line, or the end, settles.</summary>
        public List<FlightLine> Next(string? line)
        {
            if (_damaged)
            {
                return [];
            }

            List<FlightLine> settled = [];
            if (_unreadable is not null)
            {
                _damaged = line is not null && !FlightDecoder.IsSnapshot(line);
                settled.Add(_unreadable with { CutOff = !_damaged });
                _unreadable = null;
            }

            if (line is not null && !_damaged)
            {
                _number++;
                var (entry, problem) = _decoder.Read(line);
                if (entry is null && _number == 1 && !FlightDecoder.MayBeSnapshot(line))
                {
                    _damaged = true;
                    settled.Add(new FlightLine(_number, null, "it is no flight record", false));
                }
                else if (entry is null)
                {
                    _unreadable = new FlightLine(_number, null, problem, false);
                }
                else
                {
                    settled.Add(new FlightLine(_number, entry, "", false));
                }
            }

            return settled;
        }
    }
}
