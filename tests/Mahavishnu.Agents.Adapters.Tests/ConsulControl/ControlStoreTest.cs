using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Adapters.Tests.Consul;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Consul.ClientFixture;

namespace Mahavishnu.Agents.Adapters.Tests.ConsulControl;

/// <summary>A store that somebody leads: session, lock, epoch 1 and a journal record, and the requests of that leader by name.</summary>
public abstract class ControlStoreTest : EmbeddedStoreTest
{
    private protected const string Prefix = "ctl/";

    /// <summary>Every kind of request.</summary>
    public static TheoryData<string> Kinds { get; } = ["read", "create", "renew", "destroy", "acquire", "heartbeat", "epoch", "journal", "release"];

    private static readonly RegionId s_region = new("eu-west-1");

    private protected ConsulControlStore Control { get; private set; } = null!;

    private protected string Session { get; private set; } = "";

    private protected ulong EpochIndex { get; private set; }

    private protected ulong JournalIndex { get; private set; }

    private protected async Task LeadAsync()
    {
        Control = new ConsulControlStore(s_region, Prefix, "eu-west-1-1", Client, Client);
        Session = (await SendAsync(new StoreRequest.CreateSession(s_region, 1, Deadline, TimeSpan.FromSeconds(10)))).Session!;
        await SendAsync(new StoreRequest.Acquire(s_region, 2, Deadline, Session, "me"));
        EpochIndex = (await SendAsync(new StoreRequest.WriteEpoch(s_region, 3, Deadline, Session, 1, 0, "members"))).Index;
        JournalIndex = (await SendAsync(new StoreRequest.WriteJournal(s_region, 4, Deadline, Session, EpochIndex, 0, "first"))).Index;
    }

    private protected Task<StoreAnswer> SendAsync(StoreRequest request) => Control.SendAsync(request, Cancellation);

    /// <summary>A request that the leader of <see cref="LeadAsync"/> may make.</summary>
    private protected StoreRequest Request(string kind, TimeSpan? deadline = null, string? session = null)
    {
        var (within, holder) = (deadline ?? Deadline, session ?? Session);
        return kind switch
        {
            "read" => new StoreRequest.ReadState(s_region, 9, within),
            "create" => new StoreRequest.CreateSession(s_region, 9, within, TimeSpan.FromSeconds(10)),
            "renew" => new StoreRequest.RenewSession(s_region, 9, within, holder),
            "destroy" => new StoreRequest.DestroySession(s_region, 9, within, holder),
            "acquire" => new StoreRequest.Acquire(s_region, 9, within, holder, "me"),
            "heartbeat" => new StoreRequest.WriteHeartbeat(s_region, 9, within, holder, "beat"),
            "epoch" => new StoreRequest.WriteEpoch(s_region, 9, within, holder, 2, EpochIndex, "members-2"),
            "journal" => new StoreRequest.WriteJournal(s_region, 9, within, holder, EpochIndex, JournalIndex, "second"),
            "release" => new StoreRequest.Release(s_region, 9, within, holder, "marker"),
            _ => throw new ArgumentException($"no request is called {kind}", nameof(kind)),
        };
    }

    private protected async Task<ControlState> StateAsync() => (await SendAsync(Request("read"))).State!;
}
