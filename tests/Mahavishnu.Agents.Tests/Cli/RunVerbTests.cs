using Mahavishnu.Agents.Cli;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Mahavishnu.Agents.Tests.Cli;

public sealed class RunVerbTests
{
    [Fact]
    public async Task ExitOf_ALoopThatFailed_IsNoOrderlyEnd()
    {
        using var orderly = new Loop(Task.CompletedTask);
        using var failed = new Loop(Task.FromException(new InvalidOperationException("a bug")));
        await orderly.StartAsync(TestContext.Current.CancellationToken);
        await failed.StartAsync(TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<InvalidOperationException>(() => failed.ExecuteTask!);

        Assert.Equal(ExitCode.Done, RunVerb.ExitOf([orderly]));
        Assert.Equal(ExitCode.Finding, RunVerb.ExitOf([orderly, failed]));
    }

    private sealed class Loop(Task end) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => end;
    }
}
