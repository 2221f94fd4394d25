using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mahavishnu.Agents.Hosting;

/// <summary>
/// The audit lines: one JSON object a line, in <c>audit.jsonl</c> of the data directory, written through before the
/// caller goes on. Every mutation and every decision that moves traffic has one. A line that a crash or a full disk cut
/// short never spoils another.
/// </summary>
internal sealed class AuditLog : IDisposable
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Lock _gate = new();
    private readonly FileStream _file;
    private readonly AgentClock _clock;
    private readonly string _agent;
    private bool _cutShort;
    private long _written;

    /// <summary>Opens the file for appending.</summary>
    /// <param name="directory">The data directory; made when it is missing.</param>
    /// <param name="agent">Who writes.</param>
    /// <param name="clock">The clock.</param>
    /// <exception cref="IOException">The directory cannot be used.</exception>
    public AuditLog(string directory, string agent, AgentClock clock)
    {
        Directory.CreateDirectory(directory);
        Path = System.IO.Path.Combine(directory, "audit.jsonl");
        _file = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        _cutShort = EndsInTheMiddle(Path);
        (_agent, _clock) = (agent, clock);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Lines that this process got into the file.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Appends one line.</summary>
    /// <param name="actor">Who acted: an agent, or the name of a token.</param>
    /// <param name="action">What was done, e.g. <c>failover.request</c>.</param>
    /// <param name="resource">To what.</param>
    /// <param name="outcome">What came of it.</param>
    /// <param name="details">Anything else that helps; no secrets.</param>
    public void Write(string actor, string action, string resource, string outcome, object? details = null)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(new { time = _clock.Wall, agent = _agent, actor, action, resource, outcome, details }, s_json);
        lock (_gate)
        {
            try
            {
                _file.Write([.. _cutShort ? "\n"u8 : [], .. line, (byte)'\n']);
                (_cutShort, _written) = (false, _written + 1);
            }
            catch (IOException full)
            {
                _cutShort = !TryTakeBack();

                // A full disk must not keep a region from being failed over: the line goes where the logs go.
                Console.Error.WriteLine($"audit: {Path} cannot be written ({full.Message}); make room. The line: {Encoding.UTF8.GetString(line)}");
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();

    /// <summary>Takes back what there is of a line that was not written as a whole; the file goes on where that began.</summary>
    private bool TryTakeBack()
    {
        try
        {
            _file.SetLength(_file.Position);
            return true;
        }
        catch (Exception refused) when (refused is IOException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    private static bool EndsInTheMiddle(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        if (!file.CanSeek || file.Length == 0)
        {
            return false;
        }

        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() != '\n';
    }
}
