using System.Diagnostics;
using Mahavishnu.Agents.Lab;
using Mahavishnu.Agents.Lab.Processes;
using Xunit;

namespace Mahavishnu.Agents.Tests.Lab;

public sealed class LabProcessTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly string _logs = Directory.CreateTempSubdirectory("lab-process-").FullName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_logs, recursive: true);

    [Fact]
    public async Task Start_WritesAndFails_LastErrorsAreKept()
    {
        var process = Shell("echo to the log >&2; exit 3");
        await using (process)
        {
            await UntilAsync(() => process.HasExited && process.LastErrors(1).Length > 0);
            Assert.Equal("to the log", process.LastErrors(5));
        }
    }

    [Fact]
    public async Task Dispose_StillRunning_IsGone()
    {
        var process = Shell("while :; do sleep 1; done");
        using var seen = Process.GetProcessById(process.Id);
        await process.DisposeAsync();
        Assert.True(seen.WaitForExit(Limit));
    }

    [Fact]
    public async Task Pause_UntilResumed_DoesNotRun()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows cannot pause a process.");
        await using var process = Shell("while :; do :; done");

        await process.PauseAsync(Cancelled);
        await UntilAsync(() => State(process.Id) == 'T');
        await process.ResumeAsync(Cancelled);
        await UntilAsync(() => State(process.Id) is 'R' or 'S');
    }

    [Fact]
    public async Task Kill_Paused_IsGone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows cannot pause a process.");
        await using var process = Shell("while :; do sleep 1; done");
        await process.PauseAsync(Cancelled);
        await process.KillAsync(Cancelled);
        Assert.True(process.HasExited);
    }

    [Fact]
    public void Start_NoSuchProgram_SaysWhich()
    {
        var refusal = Assert.Throws<LabException>(() => LabProcess.Start(new AgentProgram("/nowhere/agent", []), "agent-us-east-1", ["run"], _logs));
        Assert.StartsWith("/nowhere/agent cannot be started for agent-us-east-1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ParentWatch_InputEnds_Ends()
    {
        using var input = new MemoryStream([1, 2, 3]);
        await ParentWatch.WaitAsync(input, Cancelled).WaitAsync(Limit, TimeProvider.System, Cancelled);
    }

    [Fact]
    public void FreePorts_Many_AreDistinctAndBelowOutgoingOnes()
    {
        var ports = FreePorts.Find(27);
        Assert.Equal(27, ports.Distinct().Count());
        Assert.All(ports, static port => Assert.InRange(port, 20_000, 31_999));
    }

    private static char State(int id) => File.ReadAllText($"/proc/{id}/stat").Split(") ")[1][0];

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var deadline = new CancellationTokenSource(Limit, TimeProvider.System);
        while (!isSo())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, deadline.Token);
        }
    }

    private LabProcess Shell(string script) => LabProcess.Start(new AgentProgram("/bin/sh", ["-c"]), "shell", [script], _logs);
}
