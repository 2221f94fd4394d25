using Xunit;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>One world for several tests, which each leave it healed; after one that did not, the next gets another.</summary>
public sealed class SharedWorld : IAsyncLifetime
{
    private ChaosWorld? _world;

    /// <inheritdoc />
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>The world, at rest.</summary>
    internal async Task<ChaosWorld> UseAsync(ChaosOptions options)
    {
        if (_world is { IsSettled: false })
        {
            await _world.DisposeAsync();
            _world = null;
        }

        _world ??= await ChaosWorld.StartAsync(options);
        _world.Begin();
        return _world;
    }

    /// <summary>Ends the world.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_world is not null)
        {
            await _world.DisposeAsync();
        }
    }
}

/// <summary>The tests that need no network of their own and leave the world as it was.</summary>
[CollectionDefinition(Name)]
public sealed class OnThisMachine : ICollectionFixture<SharedWorld>
{
    /// <summary>The name of the collection.</summary>
    public const string Name = "chaos on this machine";

    /// <summary>What their world is made of.</summary>
    internal static ChaosOptions Options { get; } = new() { SlowLinks = true };
}
