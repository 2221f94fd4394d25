using System.Globalization;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.ConsulServer;

/// <summary>One election between two agents from start to hand-over, as two clients see it.</summary>
public sealed class ElectionTraceTests : ConsulServerTest
{
    private const string Key = "/v1/kv/svc/leader";

    [Fact]
    public async Task Election_HolderDies_TheOtherTakesOverAndHandsOver()
    {
        var (a, b) = (await SessionAsync("10s", "5s"), await SessionAsync("10s", "5s"));
        (await PutAsync($"{Key}?acquire={a}&flags=3304740253564472344", "A")).Is(200, "true");
        var held = await GetAsync(Key + "?consistent");
        Assert.Equal((a, 1UL), (held.Single.GetProperty("Session").GetString(), held.Single.GetProperty("LockIndex").GetUInt64()));

        (await PutAsync($"{Key}?acquire={b}", "B")).Is(200, "false");
        var watch = GetAsync(string.Create(CultureInfo.InvariantCulture, $"{Key}?index={held.Index}&wait=5m"));
        await BlockedAsync(1);

        // A renews at 6 s and dies; B goes on renewing, and sees nothing before twice the time-to-live.
        await MoveAsync(Seconds(6), a, b);
        await MoveAsync(Seconds(10), b);
        await MoveAsync(Seconds(9.9), b);
        Assert.False(watch.IsCompleted);
        Clock.Advance(Seconds(0.1));
        var freed = await watch;
        Assert.False(freed.Single.TryGetProperty("Session", out _));

        (await PutAsync($"{Key}?acquire={b}", "B")).Is(200, "false");
        await MoveAsync(Seconds(5), b);
        (await PutAsync($"{Key}?acquire={b}", "B")).Is(200, "true");
        var taken = await GetAsync(Key + "?consistent");
        Assert.Equal((b, 2UL), (taken.Single.GetProperty("Session").GetString(), taken.Single.GetProperty("LockIndex").GetUInt64()));
        Assert.True(taken.Index > freed.Index);

        (await PutAsync("/v1/session/renew/" + a)).Fails(404, a);
        (await PutAsync($"{Key}?acquire={a}", "A")).Is(500, $"raft apply failed: invalid session \"{a}\"");

        (await PutAsync($"{Key}?release={b}", "left")).Is(200, "true");
        (await PutAsync("/v1/session/destroy/" + b)).Is(200, "true");
        var c = await SessionAsync("10s");
        (await PutAsync($"{Key}?acquire={c}", "C")).Is(200, "true");
        Assert.Equal("3", await FieldAsync("svc/leader", "LockIndex"));
    }

    private async Task MoveAsync(TimeSpan by, params string[] renewing)
    {
        Clock.Advance(by);
        foreach (var session in renewing)
        {
            Assert.Equal(200, (await PutAsync("/v1/session/renew/" + session)).Status);
        }
    }
}
