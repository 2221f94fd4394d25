using System.Text;
using System.Text.Json;
using Mahavishnu.Agents.Lab.Consul.State;
using Microsoft.Extensions.Logging;

namespace Mahavishnu.Agents.Lab.Consul;

/// <summary>
/// The applied commands in a file, one JSON document per line. A line is handed to the operating system before the
/// answer to its request, so that it survives the death of the process, though not of the machine.
/// </summary>
internal sealed partial class WriteLog : IDisposable
{
    private const string FileName = "writes.jsonl";
    private const string LockName = "in-use";
    private readonly FileStream _file;
    private readonly FileStream _lock;

    private WriteLog(FileStream file, FileStream directoryLock) => (_file, _lock) = (file, directoryLock);

    /// <summary>Opens the log of a directory, which is made if need be, and replays it.</summary>
    /// <param name="directory">Where the log is kept.</param>
    /// <param name="logger">Told about a last line that was cut off.</param>
    /// <returns>The log, ready to be continued; the state at its end; and the moment of the last write.</returns>
    /// <exception cref="InvalidOperationException">Another server uses the directory.</exception>
    /// <exception cref="InvalidDataException">A line other than the last cannot be read.</exception>
    public static (WriteLog Log, ConsulState State, DateTimeOffset LastWrite) Open(string directory, ILogger logger)
    {
        var path = Path.Combine(Directory.CreateDirectory(directory).FullName, FileName);
        var directoryLock = LockDirectory(directory);
        FileStream? file = null;
        var opened = false;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            var (state, lastWrite, end) = Replay(file, path, logger);
            file.SetLength(end);
            file.Position = end;
            opened = true;
            return (new WriteLog(file, directoryLock), state, lastWrite);
        }
        finally
        {
            if (!opened)
            {
                file?.Dispose();
                directoryLock.Dispose();
            }
        }
    }

    /// <summary>Adds a command. When this fails nothing of the line stays in the file.</summary>
    /// <exception cref="WriteLogException">The disk is full or broken; the command must not be applied.</exception>
    public void Append(ConsulCommand command, ulong index, DateTimeOffset at)
    {
        var start = _file.Position;
        try
        {
            _file.Write(JsonSerializer.SerializeToUtf8Bytes(new Line(index, at, command)));
            _file.WriteByte((byte)'\n');
            _file.Flush();
        }
        catch (IOException cause)
        {
            _file.SetLength(start);
            _file.Position = start;
            throw new WriteLogException(_file.Name, cause);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    /// <summary>Keeps other processes out; the operating system lets go of it when this one dies.</summary>
    private static FileStream LockDirectory(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException inUse)
        {
            throw new InvalidOperationException($"The Consul data directory {Path.GetFullPath(directory)} is in use: give each server a directory of its own, or stop the other one.", inUse);
        }
    }

    private static (ConsulState State, DateTimeOffset LastWrite, long End) Replay(FileStream file, string path, ILogger logger)
    {
        var state = ConsulState.Initial;
        var lastWrite = DateTimeOffset.MinValue;
        using var reader = new StreamReader(file, Encoding.UTF8, leaveOpen: true);
        var text = reader.ReadToEnd();
        var end = text.LastIndexOf('\n') + 1;
        if (end < text.Length)
        {
            LogTornLine(logger, path, text.Length - end);
        }

        foreach (var (position, json) in text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries).Index())
        {
            var line = Parse(json, path, position + 1);
            var outcome = state.Apply(line.Command, line.At);
            if (outcome.State.Index != line.Index)
            {
                throw new InvalidDataException($"{path}, line {position + 1}: replay reached index {outcome.State.Index}, the line says {line.Index}. Restore the file from a copy, or delete it to start empty.");
            }

            (state, lastWrite) = (outcome.State, line.At);
        }

        return (state, lastWrite, Encoding.UTF8.GetByteCount(text.AsSpan(0, end)));
    }

    private static Line Parse(string json, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<Line>(json) ?? throw new JsonException("The line is null.");
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException($"{path}, line {number}: not a command ({damaged.Message}). Restore the file from a copy, or delete it to start empty.", damaged);
        }
    }

    [LoggerMessage(EventId = 9001, Level = LogLevel.Warning, Message = "The last write in {Path} was cut off after {Characters} characters and is dropped; it was never answered.")]
    private static partial void LogTornLine(ILogger logger, string path, int characters);

    /// <summary>One line of the file.</summary>
    private sealed record Line(ulong Index, DateTimeOffset At, ConsulCommand Command);
}
