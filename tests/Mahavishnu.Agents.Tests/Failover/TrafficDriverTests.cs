using Mahavishnu.Agents.Adapters;
using Mahavishnu.Agents.Adapters.Traffic;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Failover;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Tests.Leadership;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mahavishnu.Agents.Tests.Failover;

/// <summary>The traffic driver over scripted targets, in time that the test advances.</summary>
public sealed class TrafficDriverTests : IDisposable
{
    private const long Epoch = 7;

    private static readonly RoutingTable s_home = RoutingTable.Home(StoreWorld.Regions);
    private static readonly RoutingTable s_away = s_home.With(StoreWorld.Us, (StoreWorld.Eu, 100));

    private readonly string _directory = Directory.CreateTempSubdirectory("drivers-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly AgentClock _clock;
    private readonly AuditLog _audit;
    private Standing _standing = new(Role.Leader, Epoch, TimeSpan.FromDays(1), 3, "");

    public TrafficDriverTests()
    {
        _clock = new AgentClock(_time);
        _audit = new AuditLog(_directory, "us-east-1-1", _clock);
    }

    public void Dispose()
    {
        _audit.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task ApplyAsync_TargetWhoseReadingLeavesAnAudienceOut_IsToldAllTheSame()
    {
        var target = new ScriptedTarget("dns", checksEpoch: false);

        var (result, _) = await Driver(target).ApplyAsync(s_away, Epoch, "fo-1", Eventually.Cancellation);

        Assert.Equal(EffectResult.Done, result);
        Assert.Equal(s_away, target.Now);
    }

    [Theory]
    //          remaining ms, epoch, expected
    [InlineData(600, Epoch, EffectResult.Done)]
    [InlineData(599, Epoch, EffectResult.Unknown)]
    [InlineData(100_000, Epoch + 1, EffectResult.Unknown)]
    public async Task ApplyAsync_LeaseAtTheMomentOfSending_MustCoverDeadlineAndMarginInTheSameTerm(int remainingMs, long epochThen, EffectResult expected)
    {
        var target = new ScriptedTarget("edge", checksEpoch: true)
        {
            Script = (_, _) =>
            {
                // The connection took its time; only now are the bytes about to be sent.
                _standing = _standing with { Epoch = epochThen, ValidUntil = _clock.Now + TimeSpan.FromMilliseconds(remainingMs) };
                return Task.FromResult<TrafficOutcome?>(null);
            },
        };

        Assert.Equal(expected, (await Driver(target).ApplyAsync(s_away, Epoch, "fo-1", Eventually.Cancellation)).Result);
        Assert.Equal(expected == EffectResult.Done ? s_away : s_home, target.Now);
    }

    [Fact]
    public async Task ApplyAsync_ThoughtOutInAnotherTerm_ReachesNoTarget()
    {
        var target = new ScriptedTarget("edge", checksEpoch: true);

        var (result, detail) = await Driver(target).ApplyAsync(s_away, Epoch - 1, "fo-1", Eventually.Cancellation);

        Assert.Equal((EffectResult.Unknown, "edge: the term of epoch 6 is over"), (result, detail));
        Assert.Empty(target.Told);
    }

    [Fact]
    public async Task ApplyAsync_TargetHangs_IsCancelledAtTheDeadline()
    {
        var (hanging, well) = (Hanging("slow"), new ScriptedTarget("edge", checksEpoch: true));
        var applied = Driver(hanging, well).ApplyAsync(s_away, Epoch, "fo-1", Eventually.Cancellation);
        await Eventually.TrueAsync(() => hanging.Told.Count == 1, "the effect has begun");

        _time.Advance(StoreWorld.Timing.EffectDeadline);

        Assert.Equal((EffectResult.Partial, "slow: no answer within 0.5 s"), await applied);
        Assert.Equal(s_away, well.Now);
    }

    [Fact]
    public async Task ApplyAsync_TermEnds_ThrowsAndLeavesTheTurnFree()
    {
        var target = Hanging("slow");
        var driver = Driver(target);
        using var term = new CancellationTokenSource();
        var applied = driver.ApplyAsync(s_away, Epoch, "fo-1", term.Token);
        await Eventually.TrueAsync(() => target.Told.Count == 1, "the effect has begun");

        await term.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => applied);
        target.Script = static (_, _) => Task.FromResult<TrafficOutcome?>(null);
        Assert.Equal(EffectResult.Done, (await driver.ApplyAsync(s_away, Epoch, "fo-1", Eventually.Cancellation)).Result);
    }

    [Fact]
    public async Task UncheckedNotBefore_NotYetReached_HoldsBackOnlyTargetsThatCannotCheck()
    {
        var (dns, edge) = (new ScriptedTarget("dns", checksEpoch: false), new ScriptedTarget("edge", checksEpoch: true));
        var driver = Driver(dns, edge);
        driver.UncheckedNotBefore = _clock.Now + TimeSpan.FromSeconds(1);

        var (early, detail) = await driver.ApplyAsync(s_away, Epoch, "fo-1", Eventually.Cancellation);
        Assert.Equal((EffectResult.Partial, "dns: waits until no effect of the last leader can be under way"), (early, detail));
        Assert.Equal((0, 1), (dns.Told.Count, edge.Told.Count));

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(EffectResult.Done, (await driver.ApplyAsync(s_away, Epoch, "fo-1", Eventually.Cancellation)).Result);
    }

    [Theory]
    [InlineData(TrafficOutcomeKind.AlreadySo, TrafficOutcomeKind.Applied, EffectResult.Done)]
    [InlineData(TrafficOutcomeKind.Applied, TrafficOutcomeKind.Unknown, EffectResult.Partial)]
    [InlineData(TrafficOutcomeKind.Applied, TrafficOutcomeKind.LeaseEnded, EffectResult.Partial)]
    [InlineData(TrafficOutcomeKind.Unknown, TrafficOutcomeKind.LeaseEnded, EffectResult.Unknown)]
    [InlineData(TrafficOutcomeKind.Applied, TrafficOutcomeKind.Refused, EffectResult.Partial)]
    [InlineData(TrafficOutcomeKind.Unknown, TrafficOutcomeKind.Refused, EffectResult.Refused)]
    [InlineData(TrafficOutcomeKind.Refused, TrafficOutcomeKind.Refused, EffectResult.Refused)]
    public async Task ApplyAsync_OutcomesOfTwoTargets_MakeOneResult(TrafficOutcomeKind first, TrafficOutcomeKind second, EffectResult expected)
    {
        var driver = Driver(Answering("a", first), Answering("b", second));

        Assert.Equal(expected, (await driver.ApplyAsync(s_away, Epoch, "fo-1", Eventually.Cancellation)).Result);
    }

    [Fact]
    public async Task ApplyAsync_TargetOutOfReach_IsUnknownAndShown()
    {
        var target = new ScriptedTarget("edge", checksEpoch: true) { Script = static (_, _) => throw new DependencyUnavailableException("edge", "connection refused") };
        var driver = Driver(target);

        Assert.Equal(EffectResult.Unknown, (await driver.ApplyAsync(s_away, Epoch, "fo-1", Eventually.Cancellation)).Result);
        Assert.False(Assert.Single(driver.Status()).InSync);
    }

    [Fact]
    public async Task ApplyAsync_NoTarget_IsRefused() =>
        Assert.Equal(EffectResult.Refused, (await Driver().ApplyAsync(s_away, Epoch, "fo-1", Eventually.Cancellation)).Result);

    [Fact]
    public async Task ReconcileAsync_EffectUnderWay_LeavesTheTargetToIt()
    {
        var target = Hanging("edge");
        var driver = Driver(target);
        using var stop = new CancellationTokenSource();
        var applied = driver.ApplyAsync(s_away, Epoch, "fo-1", stop.Token);
        await Eventually.TrueAsync(() => target.Told.Count == 1, "the effect has begun");

        await driver.ReconcileAsync(static () => s_home, Epoch, everything: true, Eventually.Cancellation);

        Assert.Single(target.Told);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => applied);
    }

    [Fact]
    public async Task ApplyAsync_ReconcilingUnderWay_WaitsForItsTurnAndNoLongerThanTheDeadline()
    {
        var target = Hanging("edge");
        var driver = Driver(target);
        var reconciled = driver.ReconcileAsync(static () => s_home, Epoch, everything: true, Eventually.Cancellation);
        await Eventually.TrueAsync(() => target.Told.Count == 1, "reconciling has begun");
        _time.Advance(StoreWorld.Timing.EffectDeadline / 2);
        target.Script = static (_, _) => Task.FromResult<TrafficOutcome?>(null);
        var applied = driver.ApplyAsync(s_away, Epoch, "fo-1", Eventually.Cancellation);
        Assert.Single(target.Told);

        _time.Advance(StoreWorld.Timing.EffectDeadline / 2);
        await reconciled;

        Assert.Equal(EffectResult.Done, (await applied).Result);
        Assert.Equal(s_away, target.Now);
        Assert.False(target.Overlapped);
    }

    [Fact]
    public async Task ReconcileAsync_NothingDesiredAnyMore_SendsNothing()
    {
        var target = new ScriptedTarget("edge", checksEpoch: true);

        await Driver(target).ReconcileAsync(static () => null, Epoch, everything: true, Eventually.Cancellation);

        Assert.Empty(target.Told);
    }

    [Fact]
    public async Task ReconcileAsync_BeforeTheFirstSaga_TellsOnlyTargetsThatCheckEpochs()
    {
        var (dns, edge) = (new ScriptedTarget("dns", checksEpoch: false), new ScriptedTarget("edge", checksEpoch: true));

        await Driver(dns, edge).ReconcileAsync(static () => s_home, Epoch, everything: false, Eventually.Cancellation);

        Assert.Equal((0, 1), (dns.Told.Count, edge.Told.Count));
    }

    [Fact]
    public async Task Audit_ChangesAndTheFirstFailure_HaveALineEach()
    {
        var target = new ScriptedTarget("edge", checksEpoch: true);
        var driver = Driver(target);
        await driver.ApplyAsync(s_away, Epoch, "fo-1", Eventually.Cancellation);
        await driver.ApplyAsync(s_away, Epoch, "fo-1", Eventually.Cancellation);
        target.Script = static (_, _) => Task.FromResult<TrafficOutcome?>(new TrafficOutcome(TrafficOutcomeKind.Unknown, "no answer"));
        await driver.ApplyAsync(s_away, Epoch, "fo-1", Eventually.Cancellation);
        await driver.ApplyAsync(s_away, Epoch, "fo-1", Eventually.Cancellation);
        _audit.Dispose();

        var lines = await File.ReadAllLinesAsync(_audit.Path, Eventually.Cancellation);

        Assert.Collection(
            lines,
            static l => Assert.Contains("\"action\":\"traffic.apply\",\"resource\":\"edge\",\"outcome\":\"Applied\",\"details\":{\"epoch\":7,\"cause\":\"fo-1\"", l, StringComparison.Ordinal),
            static l => Assert.Contains("\"outcome\":\"Unknown\"", l, StringComparison.Ordinal));
    }

    private static ScriptedTarget Hanging(string name) => new(name, checksEpoch: true)
    {
        Script = static async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return null;
        },
    };

    private static ScriptedTarget Answering(string name, TrafficOutcomeKind kind) =>
        new(name, checksEpoch: true) { Script = (_, _) => Task.FromResult<TrafficOutcome?>(new TrafficOutcome(kind, "as scripted")) };

    private TrafficDriver Driver(params ScriptedTarget[] targets) =>
        new(targets, StoreWorld.Timing, () => _standing, _clock, "us-east-1-1", _audit, NullLogger<TrafficDriver>.Instance);
}
