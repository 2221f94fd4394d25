using Mahavishnu.Agents.Adapters.Traffic;
using Mahavishnu.Agents.Adapters.Traffic.HaProxy;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Traffic.TargetWorld;

namespace Mahavishnu.Agents.Adapters.Tests.Traffic;

/// <summary>The contract and HAProxy's own traits, against a real HAProxy.</summary>
public sealed class HaProxyTrafficTargetTests : TrafficTargetContract
{
    private HaProxyWorld Proxy => (HaProxyWorld)World;

    [Fact]
    public async Task Apply_OverTcp_ReadsBackAsWritten()
    {
        var target = Proxy.At(Proxy.TcpPort, TimeSpan.FromSeconds(5));

        var outcome = await target.ApplyAsync(Command(Table("eu 100 | us 20 eu 80")), Cancellation);

        Assert.Equal(TrafficOutcomeKind.Applied, outcome.Kind);
        Assert.Equal(Table("eu 100 | us 20 eu 80"), await target.ReadAsync(Cancellation));
    }

    [Fact]
    public async Task Read_WeightsOfAnotherScale_AreWholePercentsThatSumToHundred()
    {
        foreach (var server in new[] { "us", "eu", "ap" })
        {
            await Proxy.CommandAsync($"set server users-us/{server} state ready; set server users-us/{server} weight 7");
        }

        var table = await Proxy.Target().ReadAsync(Cancellation);

        Assert.Equal([(Ap, 34), (Eu, 33), (Us, 33)], table.Shares(Us).Select(static share => (share.Key, share.Value)));
    }

    [Theory]
    [InlineData("state drain")]
    [InlineData("state maint")]
    [InlineData("weight 0")]
    public async Task Read_ServerKeptFromTraffic_HasNoShare(string command)
    {
        await Proxy.CommandAsync($"set server users-us/us {command}");

        Assert.Empty((await Proxy.Target().ReadAsync(Cancellation)).Shares(Us));
    }

    [Fact]
    public async Task Apply_ServerInDrain_IsMadeReady()
    {
        await Proxy.CommandAsync("set server users-us/us state drain");

        await ApplyAsync("us 100 | us 100");

        Assert.Equal(Table("us 100 | us 100"), await Proxy.Target().ReadAsync(Cancellation));
    }

    [Theory]
    [InlineData("users-us", "nowhere", "no server nowhere")]
    [InlineData("users-mars", "us", "Can't find backend")]
    public async Task Apply_ObjectThatDoesNotExist_IsRefusedByName(string backend, string server, string said)
    {
        var before = await Proxy.StateAsync();
        var route = new HaProxyBackend(backend, new Dictionary<RegionId, string> { [Us] = server, [Eu] = "eu" });
        var target = Proxy.WithRoutes(new Dictionary<RegionId, HaProxyBackend> { [Us] = route });

        var outcome = await target.ApplyAsync(Command(Table("eu 100 | eu 100")), Cancellation);

        Assert.Equal(TrafficOutcomeKind.Refused, outcome.Kind);
        Assert.Contains(said, outcome.Detail, StringComparison.Ordinal);
        Assert.Equal(before, await Proxy.StateAsync());
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => target.ReadAsync(Cancellation));
    }

    [Fact]
    public async Task Apply_StaticAlgorithm_FailsOverButRefusesASplit()
    {
        await using var world = await HaProxyWorld.StartAsync(balance: "source");

        var moved = await world.Target().ApplyAsync(Command(Table("eu 100 | eu 100")), Cancellation);
        var split = await world.Target().ApplyAsync(Command(Table("us 30 eu 70 | eu 100")), Cancellation);

        Assert.Equal(TrafficOutcomeKind.Applied, moved.Kind);
        Assert.Equal(TrafficOutcomeKind.Refused, split.Kind);
        Assert.Contains("static LB algorithm", split.Detail, StringComparison.Ordinal);
        Assert.Equal([Eu], (await world.Target().ReadAsync(Cancellation)).Shares(Us).Keys);
    }

    [Fact]
    public async Task Apply_LeaseEndsHalfWay_StopsThereWithTheOldServerStillServing()
    {
        var asked = 0;

        var outcome = await Proxy.Target().ApplyAsync(new TrafficCommand(Table("eu 100 | us 100"), 7, "agent-1", () => ++asked <= 2), Cancellation);

        Assert.Equal(TrafficOutcomeKind.LeaseEnded, outcome.Kind);
        Assert.Equal(3, asked);
        Assert.Equal([Eu, Us], (await Proxy.Target().ReadAsync(Cancellation)).Shares(Us).Keys);
    }

    [Fact]
    public async Task Apply_Split_RequestsArriveInThatProportion()
    {
        await using var origins = await Origins.StartAsync();
        await using var world = await HaProxyWorld.StartAsync(ports: origins.Ports, canaryWeight: 0);
        using var client = new HttpClient();
        var entrance = new Uri($"http://127.0.0.1:{world.FrontendPort}/");
        await world.Target().ApplyAsync(Command(Table("us 25 eu 75 | eu 100")), Cancellation);

        var answers = new List<string>();
        for (var i = 0; i < 80; i++)
        {
            answers.Add(await client.GetStringAsync(entrance, Cancellation));
        }

        Assert.InRange(answers.Count(static answer => answer == "us-east-1"), 17, 23);
        Assert.Equal(80, answers.Count(static answer => answer is "us-east-1" or "eu-west-1"));
    }

    [Fact]
    public async Task Apply_ManyShiftsUnderLoad_NoRequestFails()
    {
        await using var origins = await Origins.StartAsync();
        await using var world = await HaProxyWorld.StartAsync(ports: origins.Ports, canaryWeight: 0);
        using var client = new HttpClient();
        var entrance = new Uri($"http://127.0.0.1:{world.FrontendPort}/");
        var shifting = Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                var outcome = await world.Target().ApplyAsync(Command(Table(i % 2 == 0 ? "eu 100 | eu 100" : "us 100 | us 100")), Cancellation);
                Assert.Equal(TrafficOutcomeKind.Applied, outcome.Kind);
            }
        }, Cancellation);

        var (requests, failed) = (0, 0);
        while (!shifting.IsCompleted || requests < 50)
        {
            using var response = await client.GetAsync(entrance, Cancellation);
            (requests, failed) = (requests + 1, failed + (response.IsSuccessStatusCode ? 0 : 1));
        }

        await shifting;
        Assert.Equal(0, failed);
    }

    [Fact]
    public async Task Read_ColumnsInAnotherOrder_AreFoundByName()
    {
        await using var fake = FakeSocket.Answering("1\n# srv_uweight srv_name srv_admin_state\n30 us 0\n70 eu 4\n5 ap 1\n\n");

        var table = await World.At(fake.Port, TimeSpan.FromSeconds(5)).ReadAsync(Cancellation);

        Assert.Equal(Table("us 30 eu 70 | us 30 eu 70"), table);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1\n# srv_name srv_admin_state\nus 0\n\n")]
    [InlineData("1\n# srv_name srv_admin_state srv_uweight\nus zero 100\n\n")]
    [InlineData("1\n# srv_name srv_admin_state srv_uweight srv_name\nus 0 100 eu\n\n")]
    [InlineData("1\n# srv_name srv_admin_state srv_uweight\nus 0 100\neu 0 100\nap 0 100\nus 1 100\n\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    public async Task Read_AnswerThatIsNoState_IsUnavailable(string answer)
    {
        await using var fake = FakeSocket.Answering(answer);

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => World.At(fake.Port, TimeSpan.FromSeconds(5)).ReadAsync(Cancellation));
    }

    protected override async Task<TargetWorld> StartWorldAsync() => await HaProxyWorld.StartAsync();
}
