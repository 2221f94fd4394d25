using Mahavishnu.Agents.Adapters.Stores;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>What every call promises: an end within the deadline, as a value; only the caller's cancellation is thrown.</summary>
/// <param name="deadline">For the whole call.</param>
/// <param name="time">The clock of the deadline.</param>
/// <param name="caller">The caller's own cancellation.</param>
internal sealed class RedisCalls(TimeSpan deadline, TimeProvider time, CancellationToken caller) : IDisposable
{
    private readonly CancellationTokenSource _cutOff = new(deadline, time);
    private readonly CancellationTokenSource _half = new(deadline / 2, time);

    /// <summary>Runs one call.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The deadline is not positive.</exception>
    public static async Task<DataAnswer<T>> RunAsync<T>(
        string name, TimeSpan deadline, TimeProvider time, Func<RedisCalls, CancellationToken, Task<T>> call, CancellationToken caller)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        caller.ThrowIfCancellationRequested();
        using var calls = new RedisCalls(deadline, time, caller);
        return await calls.TryAsync(name, token => call(calls, token));
    }

    /// <summary>Runs a part of the call, against one server, so that a server without an answer does not hide the others.</summary>
    public Task<DataAnswer<T>> TryAsync<T>(string server, Func<CancellationToken, Task<T>> part) => TryAsync(server, part, deadline, _cutOff.Token);

    /// <summary>The same within half of the deadline, for a first look that must leave time to act on what the others say.</summary>
    public Task<DataAnswer<T>> LookAsync<T>(string server, Func<CancellationToken, Task<T>> part) => TryAsync(server, part, deadline / 2, _half.Token);

    /// <inheritdoc />
    public void Dispose()
    {
        _cutOff.Dispose();
        _half.Dispose();
    }

    private async Task<DataAnswer<T>> TryAsync<T>(string server, Func<CancellationToken, Task<T>> part, TimeSpan limit, CancellationToken cutOff)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(caller, cutOff);
        try
        {
            return new DataAnswer<T>.Ok(await part(either.Token));
        }
        catch (RedisCallException ended)
        {
            caller.ThrowIfCancellationRequested();
            return ended.ToAnswer<T>();
        }
        catch (OperationCanceledException) when (!caller.IsCancellationRequested)
        {
            return new DataAnswer<T>.Unknown($"{server}: no answer within {limit.TotalSeconds:0.###} s.");
        }
    }
}
