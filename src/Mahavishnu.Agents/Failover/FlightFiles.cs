using System.Globalization;

namespace Mahavishnu.Agents.Failover;

/// <summary>
/// The files of a flight record, <c>flight-000001.jsonl</c> and so on. A full one is followed by another, and the oldest
/// goes. Every file begins with a snapshot, and so does what is added after a restart or a failure.
/// </summary>
/// <param name="directory">Where they are; made when it is missing.</param>
/// <param name="limitBytes">From which size on a file is full.</param>
/// <param name="most">How many are kept.</param>
/// <remarks>Not thread-safe. Written through to the operating system: what a killed process had written is there.</remarks>
internal sealed class FlightFiles(string directory, long limitBytes, int most) : IDisposable
{
    private FileStream? _file;

    /// <summary>Where they are.</summary>
    public string Directory => directory;

    /// <summary>Whether the next lines should begin with a snapshot, so that they can stand in another file.</summary>
    public bool IsFull => _file?.Length >= limitBytes;

    /// <summary>The files of a directory, oldest first; none when it does not exist.</summary>
    public static IReadOnlyList<string> In(string directory) =>
        !System.IO.Directory.Exists(directory) ? [] : [.. System.IO.Directory.GetFiles(directory, "flight-*.jsonl").Order(StringComparer.Ordinal)];

    /// <summary>Adds whole lines.</summary>
    /// <param name="lines">The lines, with their ends.</param>
    /// <param name="begins">Whether they begin with a snapshot. The first ones must, and the first after <see cref="Dispose"/>.</param>
    /// <exception cref="IOException">They could not be written, or not all of them.</exception>
    /// <exception cref="UnauthorizedAccessException">The file or the directory may not be used.</exception>
    public void Write(ReadOnlySpan<byte> lines, bool begins)
    {
        if (begins && (_file is null || IsFull))
        {
            Dispose();
            _file = Open();
        }

        _file!.Write(lines);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private FileStream Open()
    {
        System.IO.Directory.CreateDirectory(directory);
        var files = In(directory);
        if (files.Count > 0 && new FileInfo(files[^1]).Length < limitBytes)
        {
            return Open(files[^1]);
        }

        var file = Open(Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"flight-{Number(files) + 1:000000}.jsonl")));
        foreach (var old in files.SkipLast(most - 1))
        {
            File.Delete(old);
        }

        return file;
    }

    private static int Number(IReadOnlyList<string> files) =>
        files.Count > 0 && int.TryParse(Path.GetFileNameWithoutExtension(files[^1])["flight-".Length..], CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Opens a file at its end. A line that was cut off is ended, so that the next one stands alone.</summary>
    private static FileStream Open(string path)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        try
        {
            if (file.Length > 0)
            {
                file.Seek(-1, SeekOrigin.End);
                if (file.ReadByte() != '\n')
                {
                    file.WriteByte((byte)'\n');
                }
            }

            return file;
        }
        catch (IOException)
        {
            file.Dispose();
            throw;
        }
    }
}
