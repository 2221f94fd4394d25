using Xunit;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>One world for the tests of a class, which each leave it healed; after one that did not, the next gets another.</summary>
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
