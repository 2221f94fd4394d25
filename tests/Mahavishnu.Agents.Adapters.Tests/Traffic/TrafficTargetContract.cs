using System.Net;
using System.Net.Sockets;
using Mahavishnu.Agents.Adapters.Traffic;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.TestKit.Servers;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Traffic.TargetWorld;

namespace Mahavishnu.Agents.Adapters.Tests.Traffic;

/// <summary>What every traffic target promises; a class for each target runs it.</summary>
public abstract class TrafficTargetContract : IAsyncLifetime
{
    private TargetWorld? _world;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected TargetWorld World => _world ?? throw new InvalidOperationException("The world is not started.");

    public async ValueTask InitializeAsync() => _world = await StartWorldAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_world is not null)
        {
            await _world.DisposeAsync();
        }
    }

    public static TheoryData<string> Tables() => new(
        "us 100 | eu 100", "eu 100 | eu 100", "eu 70 us 30 | eu 100", "us 1 eu 99 | eu 100", "us 34 eu 33 ap 33 | us 50 eu 50", "| eu 100", "|", "ap 100 |");

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Apply_AnyTable_ReadsBackAsWritten(string text)
    {
        var desired = Table(text);
        await ApplyAsync("us 50 ap 50 | ap 100");

        var outcome = await ApplyAsync(text);

        Assert.Equal(TrafficOutcomeKind.Applied, outcome.Kind);
        Assert.Equal(desired, await World.Target().ReadAsync(Cancellation));
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Apply_SecondTime_IsAlreadySoWithoutLeaseAndChangesNothing(string text)
    {
        await ApplyAsync(text);
        var before = await World.StateAsync();

        var outcome = await World.Target().ApplyAsync(Command(Table(text), mayStart: false), Cancellation);

        Assert.Equal(TrafficOutcomeKind.AlreadySo, outcome.Kind);
        Assert.Equal(before, await World.StateAsync());
    }

    [Fact]
    public async Task Apply_LeaseEnded_ChangesNothing()
    {
        await ApplyAsync("us 100 | eu 100");
        var before = await World.StateAsync();

        var outcome = await World.Target().ApplyAsync(Command(Table("eu 100 | eu 100"), mayStart: false), Cancellation);

        Assert.Equal(TrafficOutcomeKind.LeaseEnded, outcome.Kind);
        Assert.Equal(before, await World.StateAsync());
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Apply_AnyTable_LeavesWhatIsForeignAlone(string text)
    {
        await ApplyAsync("us 50 ap 50 | ap 100");
        var before = await World.ForeignAsync();

        await ApplyAsync(text);

        Assert.Equal(before, await World.ForeignAsync());
    }

    [Fact]
    public async Task Apply_AudienceNotInTheTable_IsLeftAlone()
    {
        Assert.SkipUnless(World.NamesMembers, "The whole table of this target is replaced.");
        await ApplyAsync("us 100 | eu 100");

        var outcome = await World.Target().ApplyAsync(Command(RoutingTable.Empty.With(Us, (Ap, 100))), Cancellation);

        Assert.Equal(TrafficOutcomeKind.Applied, outcome.Kind);
        Assert.Equal(Table("ap 100 | eu 100"), await World.Target().ReadAsync(Cancellation));
    }

    [Fact]
    public async Task Apply_AudienceThatIsNotCarried_IsIgnored()
    {
        Assert.SkipUnless(World.NamesMembers, "This target carries every audience.");
        await ApplyAsync("us 100 | eu 100");

        var outcome = await World.Target().ApplyAsync(Command(Table("us 100 | eu 100").With(Ap, (Ap, 100))), Cancellation);

        Assert.Equal(TrafficOutcomeKind.AlreadySo, outcome.Kind);
    }

    [Fact]
    public async Task Apply_ServingRegionWithoutMember_IsRefusedBeforeAnythingIsSent()
    {
        Assert.SkipUnless(World.NamesMembers, "This target takes any region.");
        await ApplyAsync("us 100 | eu 100");
        var before = await World.StateAsync();

        var outcome = await World.Target().ApplyAsync(Command(Table("ap 100 | us 100").With(Eu, (new RegionId("mars-1"), 100))), Cancellation);

        Assert.Equal(TrafficOutcomeKind.Refused, outcome.Kind);
        Assert.Contains("mars-1", outcome.Detail, StringComparison.Ordinal);
        Assert.Equal(before, await World.StateAsync());
    }

    [Fact]
    public async Task Apply_WrongCredential_IsRefusedAndTheCredentialIsNotTold()
    {
        await ApplyAsync("us 100 | eu 100");
        var before = await World.StateAsync();

        var outcome = await World.Distrusted().ApplyAsync(Command(Table("eu 100 | eu 100")), Cancellation);

        Assert.Equal(TrafficOutcomeKind.Refused, outcome.Kind);
        Assert.DoesNotContain(TargetWorld.WrongCredential, outcome.Detail, StringComparison.Ordinal);
        Assert.Equal(before, await World.StateAsync());
    }

    [Fact]
    public async Task Unreachable_ApplyIsUnknownAndReadIsUnavailable()
    {
        var target = World.At(LocalServer.FreePort(), TimeSpan.FromSeconds(5));

        var outcome = await target.ApplyAsync(Command(Table("us 100 | eu 100")), Cancellation);

        Assert.Equal(TrafficOutcomeKind.Unknown, outcome.Kind);
        Assert.Contains("not reachable", outcome.Detail, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => target.ReadAsync(Cancellation));
    }

    [Fact]
    public async Task SilentServer_DeadlineOfTheCall_ApplyIsUnknownAndReadIsCancelled()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var target = World.At(((IPEndPoint)silent.LocalEndpoint).Port, TimeSpan.FromMinutes(5));
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), TimeProvider.System);

        var outcome = await target.ApplyAsync(Command(Table("us 100 | eu 100")), deadline.Token);

        Assert.Equal(TrafficOutcomeKind.Unknown, outcome.Kind);
        Assert.Contains("deadline", outcome.Detail, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => target.ReadAsync(deadline.Token));
    }

    [Fact]
    public async Task SilentServer_TimeoutOfTheTarget_ApplyIsUnknownAndReadIsUnavailable()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var target = World.At(((IPEndPoint)silent.LocalEndpoint).Port, TimeSpan.FromMilliseconds(200));

        var outcome = await target.ApplyAsync(Command(Table("us 100 | eu 100")), Cancellation);

        Assert.Equal(TrafficOutcomeKind.Unknown, outcome.Kind);
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => target.ReadAsync(Cancellation));
    }

    protected abstract Task<TargetWorld> StartWorldAsync();

    /// <summary>The users of us-east-1, a bar, the users of eu-west-1; nothing before or after the bar means drained.</summary>
    protected static RoutingTable Table(string text)
    {
        var rows = text.Split('|');
        return RoutingTable.Empty.With(Us, Shares(rows[0])).With(Eu, Shares(rows[1]));
    }

    protected static TrafficCommand Command(RoutingTable desired, bool mayStart = true, long epoch = 7) => new(desired, epoch, "agent-1", () => mayStart);

    protected async Task<TrafficOutcome> ApplyAsync(string text)
    {
        var outcome = await World.Target().ApplyAsync(Command(Table(text)), Cancellation);
        Assert.True(outcome.Kind is TrafficOutcomeKind.Applied or TrafficOutcomeKind.AlreadySo, outcome.ToString());
        return outcome;
    }

    private static (RegionId, int)[] Shares(string row)
    {
        var regions = new Dictionary<string, RegionId> { ["us"] = Us, ["eu"] = Eu, ["ap"] = Ap };
        var words = row.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return [.. words.Chunk(2).Select(pair => (regions[pair[0]], int.Parse(pair[1], System.Globalization.CultureInfo.InvariantCulture)))];
    }
}
