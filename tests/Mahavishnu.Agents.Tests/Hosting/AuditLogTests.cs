using System.Text.Json;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.TestKit.Disks;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mahavishnu.Agents.Tests.Hosting;

/// <summary>Audit lines and the disk that they are written to.</summary>
public sealed class AuditLogTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("audit-").FullName;
    private readonly AgentClock _clock = new(new FakeTimeProvider());

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Write_LastLineWasCutShort_BeginsALineOfItsOwn()
    {
        File.WriteAllText(Path.Combine(_directory, "audit.jsonl"), "{\"action\":\"whole\"}\n{\"action\":\"cut sho");

        using (var log = new AuditLog(_directory, "a", _clock))
        {
            log.Write("anna", "first", "r", "done");
            log.Write("anna", "second", "r", "done");
        }

        Assert.Equal(["{\"action\":\"whole\"}", "{\"action\":\"cut sho"], Lines(_directory)[..2]);
        Assert.Equal(["first", "second"], Lines(_directory)[2..].Select(Action));
    }

    [Fact]
    public void Write_LastLineIsWhole_FollowsIt()
    {
        foreach (var action in new[] { "first", "second" })
        {
            using var log = new AuditLog(_directory, "a", _clock);
            log.Write("anna", action, "r", "done");
        }

        Assert.Equal(["first", "second"], Lines(_directory).Select(Action));
    }

    [Fact]
    public async Task Write_DiskFull_LosesThoseLinesOnlyAndSpoilsNone()
    {
        var (disk, problem) = await SmallDisk.MakeAsync(8192, TestContext.Current.CancellationToken);
        Assert.SkipWhen(disk is null, problem);
        await using (disk)
        {
            using var log = new AuditLog(disk!.Path, "a", _clock);
            var asked = 0;
            while (log.Written == asked)
            {
                log.Write("anna", $"before {asked++}", new string('r', 1000), "done");
            }

            // A shorter one may still fit, or not; either way it must be whole.
            log.Write("anna", "short", "r", "done");
            var written = log.Written;
            await disk.ResizeAsync(65536, TestContext.Current.CancellationToken);
            log.Write("anna", "after", "r", "done");

            Assert.Equal(written + 1, log.Written);
            Assert.Equal(log.Written, Lines(disk.Path).Count);
            Assert.Equal("after", Action(Lines(disk.Path)[^1]));
            Assert.Equal(asked - 1, Lines(disk.Path).Count(static l => Action(l).StartsWith("before", StringComparison.Ordinal)));
        }
    }

    private static List<string> Lines(string directory) => [.. File.ReadAllLines(Path.Combine(directory, "audit.jsonl"))];

    private static string Action(string line) => JsonDocument.Parse(line).RootElement.GetProperty("action").GetString()!;
}
