namespace Mahavishnu.Agents.Lab.Cloudflare;

/// <summary>What goes wrong at a <see cref="CloudflareDouble"/>; may be switched at any time, from any thread.</summary>
public sealed class CloudflareFaults
{
    private readonly Lock _gate = new();
    private int _failures;
    private int _failureStatus;
    private int _quietRefusals;
    private int _lostReplies;

    /// <summary>How long every answer takes.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Answers the next <paramref name="count"/> calls with <paramref name="status"/> and no envelope; they change nothing.</summary>
    public void FailNext(int count, int status = 503)
    {
        lock (_gate)
        {
            (_failures, _failureStatus) = (count, status);
        }
    }

    /// <summary>Answers the next <paramref name="count"/> changes with <c>success: false</c> under status 200; they change nothing.</summary>
    public void RefuseQuietlyNext(int count)
    {
        lock (_gate)
        {
            _quietRefusals = count;
        }
    }

    /// <summary>Carries out the next <paramref name="count"/> changes and breaks the connection instead of answering.</summary>
    public void LoseReplyNext(int count)
    {
        lock (_gate)
        {
            _lostReplies = count;
        }
    }

    internal int? TakeFailure()
    {
        lock (_gate)
        {
            return Take(ref _failures) ? _failureStatus : null;
        }
    }

    internal bool TakeQuietRefusal()
    {
        lock (_gate)
        {
            return Take(ref _quietRefusals);
        }
    }

    internal bool TakeLostReply()
    {
        lock (_gate)
        {
            return Take(ref _lostReplies);
        }
    }

    private static bool Take(ref int left)
    {
        var any = left > 0;
        left -= any ? 1 : 0;
        return any;
    }
}
