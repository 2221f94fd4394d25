using System.Security.Cryptography;
using Mahavishnu.Agents.Lab.Consul.State;

namespace Mahavishnu.Agents.Lab.Consul.Http;

/// <summary>Reads that may wait for a change: <c>?index=N&amp;wait=D</c>.</summary>
internal sealed class BlockingReads(ConsulStore store, ConsulFaults faults, TimeProvider time)
{
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(300);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(600);

    /// <summary>Asks <paramref name="query"/> until its index is above the client's or the wait is over; the last answer is given either way.</summary>
    /// <exception cref="RequestRefusedException">400, a parameter is malformed.</exception>
    public async Task<ReadAnswer> RunAsync(ConsulRequest request, WatchScope scope, Func<ConsulState, ReadAnswer> query)
    {
        var wait = Wait(request);
        var index = request.Has("index") ? request.Number("index", 400, "Invalid index") : 0;
        if (index == 0)
        {
            return query(store.State);
        }

        using var finished = CancellationTokenSource.CreateLinkedTokenSource(request.Cancelled);
        try
        {
            // The extra share keeps readers that began together from coming back together.
            var expired = Task.Delay(wait + wait / 16 * (RandomNumberGenerator.GetInt32(1000) / 1000.0), time, finished.Token);
            return await UntilChangedAsync(index, scope, query, expired);
        }
        finally
        {
            await finished.CancelAsync();
        }
    }

    private static TimeSpan Wait(ConsulRequest request)
    {
        var nanoseconds = 0L;
        if (request.Value("wait") is { Length: > 0 } text && !GoDuration.TryParse(text, out nanoseconds, out _))
        {
            throw new RequestRefusedException(400, "Invalid wait time");
        }

        var asked = GoDuration.ToTimeSpan(nanoseconds);
        return asked <= TimeSpan.Zero ? DefaultWait : asked > LongestWait ? LongestWait : asked;
    }

    private async Task<ReadAnswer> UntilChangedAsync(ulong index, WatchScope scope, Func<ConsulState, ReadAnswer> query, Task expired)
    {
        var wasAbsent = false;
        while (true)
        {
            using var watch = store.Watches.Begin(scope);
            var answer = query(store.State);

            // Other writes move the index of an absent thing; it is still absent, so that is no news.
            if (wasAbsent && !answer.Found)
            {
                index = Math.Max(index, answer.Index);
            }

            if (answer.Index > index)
            {
                return answer;
            }

            wasAbsent = !answer.Found;
            await Task.WhenAny(watch.Woken, expired);
            if (faults.Thawed is { } thawed)
            {
                await Task.WhenAny(thawed, expired);
            }

            if (expired.IsCompleted)
            {
                await expired;
                return answer;
            }

            if (await watch.Woken)
            {
                return query(store.State);
            }
        }
    }
}
