using Mahavishnu.Agents.Lab.Simulation.World;
using CsCheck;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.TestKit.Fuzzing;
using Mahavishnu.Agents.TestKit.Leadership;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Leadership;

/// <summary>A machine at stores whose keys strangers overwrite, or that answer what nobody asked.</summary>
public sealed class LeadershipMachineFuzzTests
{
    private const int Ticks = 160;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);
    private static readonly RegionId[] Stores = [new("us-east-1"), new("eu-west-1"), new("ap-south-1")];
    private static readonly string Term = new('a', 32);

    private static readonly Gen<string> Epoch = Gen.OneOf(
        Gen.Long[0, 20].Select(static n => $"{n}"), Gen.Long.Select(static n => $"{n}"), Gen.Int[0, 3].Select(static i => new[] { "", "one", "9007199254740991", "9223372036854775807" }[i]));

    private static readonly Gen<string> Journal = Gen.OneOf(
        JsonEdits.Of(JournalCodec.Write(SampleJournal.Record(1) with { Epoch = 3, Sequence = 9 })), Gen.Int[1, 9].Select(static n => JournalCodec.Write(SampleJournal.Record(n) with { Epoch = n, Sequence = n })));

    /// <summary>Who writes what at which store before which tick; a text of the key's own kind more often than not.</summary>
    private static readonly Gen<(int At, int Store, ControlKey Key, string Text)> Stranger = Gen.Select(Gen.Int[0, Ticks - 1], Gen.Int[0, 2], Gen.Enum<ControlKey>()).SelectMany(static where =>
        Gen.OneOf(Gen.OneOf(TextOf(where.Item3), TextOf(where.Item3)), Fuzz.Garbage).Select(text => (where.Item1, where.Item2, where.Item3, text)));

    private static Gen<string> TextOf(ControlKey key) => key switch
    {
        ControlKey.Leader => JsonEdits.Of(new LeaderValue("eu-west-1-1", "eu-west-1", Term).ToText()),
        ControlKey.Heartbeat => JsonEdits.Of(new HeartbeatValue("eu-west-1-1", Term, 5).ToText()),
        ControlKey.Epoch => Epoch,
        ControlKey.Journal => Journal,
        ControlKey.Members => JsonEdits.Of(MembersRecord.Of(1, Stores).ToText()),
        _ => JsonEdits.Of(new MaintenanceRecord(1, false, "", "anna").ToText()),
    };

    [Fact]
    public Task Tick_StrangersOverwriteKeys_NeverThrowsAndOverwritesNothingThatNobodyCanRead() => Fuzz.HoldsAsync(Stranger.Array[0, 12], 150, static strangers =>
    {
        var stores = Stores.ToDictionary(static r => r, static r => new SimulatedStore(r));
        Run(strangers, stores, request =>
        {
            var store = stores[request.Store];
            var before = store.State.Journal;
            var answer = store.Execute(request);
            if (request is StoreRequest.WriteJournal write && answer.Kind == StoreAnswerKind.Ok)
            {
                Assert.Equal("", JournalCodec.Read(write.Record).Problem);
                Assert.True(before is null || JournalCodec.Read(before.Value).Record is not null, $"overwrote {before?.Value}");
            }

            Assert.True(request is not StoreRequest.WriteEpoch { Epoch: var epoch } || epoch is > 0 and < 1L << 60);
            return answer;
        });
    });

    [Fact]
    public Task Tick_StoresAnswerAnything_NeverThrows() => Fuzz.HoldsAsync(Gen.Select(Stranger.Array[0, 12], Gen.Int), 150, static found =>
    {
        var (strangers, seed) = found;
        var random = new Random(seed);
        var stores = Stores.ToDictionary(static r => r, static r => new SimulatedStore(r));
        Run(strangers, stores, request =>
        {
            var answer = stores[request.Store].Execute(request);
            return random.Next(4) > 0 ? answer : answer with
            {
                Kind = (StoreAnswerKind)random.Next(4),
                Store = Stores[random.Next(3)],
                Session = random.Next(2) == 0 ? null : random.Next(2) == 0 ? answer.Session : "s",
                Index = (ulong)random.NextInt64(),
                State = random.Next(3) switch { 0 => null, 1 => ControlState.Empty, _ => stores[Stores[random.Next(3)]].State },
            };
        });
    });

    /// <summary>Eight seconds of an agent that campaigns where it may and writes the journal where it leads.</summary>
    private static void Run((int At, int Store, ControlKey Key, string Text)[] strangers, Dictionary<RegionId, SimulatedStore> stores, Func<StoreRequest, StoreAnswer> answer)
    {
        var machine = new LeadershipMachine(new AgentIdentity("us-east-1-1", Stores[0], "0123456789abcdef"), Stores, 1, LeadershipTiming.Fast, new Random(1));
        for (var tick = 0; tick < Ticks; tick++)
        {
            var now = tick * Tick;
            foreach (var stranger in strangers.Where(s => s.At == tick))
            {
                stores[Stores[stranger.Store]].Overwrite(stranger.Key, stranger.Text);
            }

            Follow(now, machine, machine.Tick(now, CampaignGate.Yes), answer);
            if (tick % 5 == 0 && machine.Standing(now) is { Role: Role.Leader, Epoch: var epoch } && !machine.Proposing)
            {
                Assert.True(epoch > 0);
                Follow(now, machine, machine.Propose(now, SampleJournal.Record(tick)), answer);
            }

            Assert.Equal(3, machine.Seen(now).Count);
        }
    }

    private static void Follow(TimeSpan now, LeadershipMachine machine, LeadershipEffects effects, Func<StoreRequest, StoreAnswer> answer)
    {
        var requests = new Queue<StoreRequest>(effects.Requests);
        while (requests.TryDequeue(out var request))
        {
            now += TimeSpan.FromMilliseconds(1);
            foreach (var next in machine.Receive(now, answer(request)).Requests)
            {
                requests.Enqueue(next);
            }
        }
    }
}
