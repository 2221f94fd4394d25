using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Lab.Consul;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Consul.ClientFixture;
using EmbeddedConsul = Mahavishnu.Agents.Lab.Consul.ConsulServer;

namespace Mahavishnu.Agents.Adapters.Tests.Consul;

/// <summary>A store with a clock of the test's own, and a client of it on the real one.</summary>
public abstract class EmbeddedStoreTest : IAsyncLifetime
{
    private protected FakeTimeProvider StoreTime { get; } = new();

    private protected EmbeddedConsul Store { get; private set; } = null!;

    private protected ConsulClient Client { get; private set; } = null!;

    private protected virtual ConsulServerOptions Options => new() { Time = StoreTime, HoldTime = TimeSpan.Zero };

    public async ValueTask InitializeAsync()
    {
        Store = await EmbeddedConsul.StartAsync(Options, Cancellation);
        Client = Connect(Store.Address);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected async Task<string> CreateSessionAsync(
        string name = "A", double ttlSeconds = 10, double lockDelaySeconds = 0, SessionBehavior behavior = SessionBehavior.Release)
    {
        var spec = new SessionSpec(name, TimeSpan.FromSeconds(ttlSeconds), TimeSpan.FromSeconds(lockDelaySeconds), behavior);
        return Value(await Client.Sessions.CreateAsync(spec, Deadline, Cancellation));
    }

    private protected async Task<ConsulEntry?> ReadAsync(string key) =>
        Value(await Client.Keys.GetAsync(key, consistent: true, Deadline, Cancellation));

    private protected async Task<bool> AcquireAsync(string key, string session, string text = "me") =>
        Value(await Client.Keys.AcquireAsync(key, ConsulValue.FromText(text), session, Deadline, Cancellation));

    private protected async Task<TransactionAnswer> CommitAsync(params TransactionOperation[] operations) =>
        Value(await Client.Transactions.CommitAsync(operations, Deadline, Cancellation));

    /// <summary>Waits until so many reads block at the store.</summary>
    private protected async Task BlockedAsync(int reads)
    {
        using var giveUp = new CancellationTokenSource(Deadline, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(giveUp.Token, Cancellation);
        while (Store.BlockedReads != reads)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, either.Token);
        }
    }
}
