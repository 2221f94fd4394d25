using Xunit;

namespace Mahavishnu.Agents.Tests.Hosting;

/// <summary>Waits for conditions, with a deadline that a busy machine can keep.</summary>
internal static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Looks again and again until there is something, and gives it.</summary>
    public static async Task<T> SeenAsync<T>(string what, Func<Task<T?>> look)
        where T : class
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await look() is { } seen)
            {
                return seen;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(startedAt) < Limit, $"not seen within {Limit.TotalSeconds} s: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(40), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Looks again and again until it is so.</summary>
    public static Task TrueAsync(string what, Func<Task<bool>> look) => SeenAsync(what, async () => await look() ? "" : null);
}
