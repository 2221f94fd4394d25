using System.Globalization;
using Mahavishnu.Agents.TestKit.Network;

namespace Mahavishnu.Agents.TestKit.Disks;

/// <summary>A file system of its own, in memory, that is soon full. Linux, and root.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string directory) => Path = directory;

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    /// <summary>Makes one; the text says why none can be made here.</summary>
    public static async Task<(SmallDisk? Disk, string Problem)> MakeAsync(int bytes, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("small-disk-").FullName;
        try
        {
            await Command.RunAsync(["mount", "-t", "tmpfs", "-o", Size(bytes), "tmpfs", directory], cancellationToken);
            return (new SmallDisk(directory), "");
        }
        catch (InvalidOperationException refused)
        {
            Directory.Delete(directory);
            return (null, $"No file system can be mounted here: {refused.Message}");
        }
    }

    /// <summary>Makes room.</summary>
    public Task ResizeAsync(int bytes, CancellationToken cancellationToken) => Command.RunAsync(["mount", "-o", $"remount,{Size(bytes)}", Path], cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Command.RunAsync(["umount", Path], CancellationToken.None);
        Directory.Delete(Path);
    }

    private static string Size(int bytes) => string.Create(CultureInfo.InvariantCulture, $"size={bytes}");
}
