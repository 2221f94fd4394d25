using System.Text;
using System.Threading.Channels;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Failover;

/// <summary>
/// Records every input of the failover machine. Whoever adds one never waits: lines go through a bounded queue to one
/// writer. What cannot be queued or written is lost, counted, and marked by a snapshot from which the record goes on.
/// </summary>
/// <param name="files">Where it is written.</param>
/// <param name="agent">Whose inputs they are.</param>
/// <param name="settings">The settings of the machine.</param>
/// <param name="metrics">Where losses are counted.</param>
/// <param name="logger">Where a failure is told, once.</param>
internal sealed partial class FlightRecorder(FlightFiles files, string agent, FailoverSettings settings, AgentMetrics metrics, ILogger<FlightRecorder> logger)
{
    /// <summary>How many inputs may wait for the writer.</summary>
    internal const int MostWaiting = 4096;

    /// <summary>How long after a failure it is tried again.</summary>
    internal static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    private readonly Channel<Block> _queue = Channel.CreateBounded<Block>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly FlightEncoder _encoder = new();
    private bool _snapshotDue = true;
    private TimeSpan _retryAt;
    private long _lost;
    private int _part;

    // What the writer tells those who add: how many inputs it could not write or mark as lost, and that the file is full.
    private long _unwritten;
    private volatile bool _full;

    /// <summary>One input as text, perhaps with a snapshot before it that marks a loss.</summary>
    private sealed record Block(byte[] Lines, bool Begins, long MarksLost);

    /// <summary>Adds an input; one at a time.</summary>
    /// <param name="before">What the machine remembered before it.</param>
    /// <param name="entry">The input.</param>
    public void Add(FailoverMemory before, FlightEntry entry)
    {
        if (Interlocked.Exchange(ref _unwritten, 0) is > 0 and var unwritten)
        {
            (_lost, _snapshotDue, _retryAt) = (_lost + unwritten, true, entry.Now + RetryAfter);
        }

        if (entry.Now < _retryAt || !TryQueue(before, entry))
        {
            (_lost, _snapshotDue) = (_lost + 1, true);
            metrics.FlightInputLost();
        }
    }

    private bool TryQueue(FailoverMemory before, FlightEntry entry)
    {
        var begins = _snapshotDue || _full;
        var text = new StringBuilder();
        if (begins)
        {
            text.Append(_encoder.Write(new FlightEntry.Snapshot(entry.Now, entry.Wall, agent, AgentMetrics.Build, _part++, _lost, settings, before))).Append('\n');
        }

        text.Append(_encoder.Write(entry)).Append('\n');
        var queued = _queue.Writer.TryWrite(new Block(Encoding.UTF8.GetBytes(text.ToString()), begins, begins ? _lost : 0));
        if (queued && begins)
        {
            (_snapshotDue, _full, _lost) = (false, false, 0);
        }

        return queued;
    }

    /// <summary>Writes until <see cref="Complete"/> was called and everything is written.</summary>
    public async Task RunAsync()
    {
        var fails = false;
        await foreach (var block in _queue.Reader.ReadAllAsync())
        {
            // Lines that follow one which was not written cannot be read without it.
            var written = (block.Begins || !fails) && TryWrite(block, tell: !fails);
            if (written && fails)
            {
                LogGoesOn(files.Directory);
            }
            else if (!written)
            {
                Interlocked.Add(ref _unwritten, block.MarksLost + 1);
                metrics.FlightInputLost();
            }

            fails = !written;
        }

        files.Dispose();
    }

    /// <summary>No more inputs come.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    private bool TryWrite(Block block, bool tell)
    {
        try
        {
            files.Write(block.Lines, block.Begins);
            _full |= files.IsFull;
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            files.Dispose();
            if (tell)
            {
                LogFails(files.Directory, failure.Message);
            }

            return false;
        }
    }

    [LoggerMessage(1521, LogLevel.Warning, "What decisions rest on cannot be recorded in {Directory}: {Reason}. The agent goes on, and tries again; make room or give it the right to write")]
    private partial void LogFails(string directory, string reason);

    [LoggerMessage(1522, LogLevel.Information, "What decisions rest on is recorded in {Directory} again")]
    private partial void LogGoesOn(string directory);
}
