using Mahavishnu.Agents.Adapters.Probes;
using Mahavishnu.Agents.Core.Health;

namespace Mahavishnu.Agents.Tests.Health;

/// <summary>A probe whose answer is a function, and which notices when it is asked twice at a time.</summary>
internal sealed class FakeProbe(Func<CancellationToken, Task<ProbeOutcome>> answer) : IProbe
{
    private int _running;
    private int _asked;
    private int _most;

    public int Asked => Volatile.Read(ref _asked);

    public int MostAtATime => Volatile.Read(ref _most);

    public static FakeProbe Passing() => new(_ => Task.FromResult(ProbeOutcome.Passed(TimeSpan.Zero)));

    public static FakeProbe Failing() => new(_ => Task.FromResult(ProbeOutcome.Failed("refused", TimeSpan.Zero)));

    public async Task<ProbeOutcome> ProbeAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        var running = Interlocked.Increment(ref _running);
        Volatile.Write(ref _most, Math.Max(MostAtATime, running));
        try
        {
            return await answer(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
