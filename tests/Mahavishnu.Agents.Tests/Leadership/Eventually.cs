using Xunit;

namespace Mahavishnu.Agents.Tests.Leadership;

/// <summary>Waits for conditions.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Waits until the condition holds; the test fails when it does not within half a minute.</summary>
    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < s_patience, $"not within {s_patience.TotalSeconds} s: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancellation);
        }
    }

    /// <summary>Holds the condition for a while.</summary>
    public static async Task StaysTrueAsync(TimeSpan span, Func<bool> condition, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < span)
        {
            Assert.True(condition(), $"no longer: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancellation);
        }
    }
}
