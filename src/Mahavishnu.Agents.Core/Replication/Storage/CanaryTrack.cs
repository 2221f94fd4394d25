namespace Mahavishnu.Agents.Core.Replication.Storage;

/// <summary>
/// Follows the canaries of one path: small objects that this agent writes into the source and looks for in the copy. Only this
/// agent's monotonic clock is used: a copied object keeps the time of its source, which says nothing of its arrival.
/// </summary>
/// <remarks>
/// The lag is what could be lost: what was written before a canary was sent is taken to be there when that canary and every one
/// before it are. While one is awaited, the lag therefore grows from the last that arrived, and shows a path that stands still.
/// Objects are copied in no strict order, so it is an estimate for others of the same size. Not thread-safe.
/// </remarks>
/// <param name="timeout">How long a canary may take, and how long a reading counts.</param>
public sealed class CanaryTrack(TimeSpan timeout)
{
    private const int Most = 8;

    private readonly List<Flight> _flights = [];
    private (TimeSpan SentAt, TimeSpan SeenAt)? _proven;
    private TimeSpan? _lookedAt;
    private (CanaryState State, string Reason, TimeSpan At)? _trouble;

    /// <summary>The keys that have not been seen in the copy yet, the oldest first.</summary>
    public IReadOnlyList<string> Awaited => [.. _flights.Where(static f => f.SeenAt is null).Select(static f => f.Key)];

    /// <summary>A canary was written into the source.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="at">Just before it was sent.</param>
    public void Sent(string key, TimeSpan at)
    {
        if (_flights.Count >= Most)
        {
            _flights.RemoveAt(Most / 2); // The oldest tells how long a path stands still, the newest that it moves again.
        }

        _flights.Add(new Flight(key, at));
    }

    /// <summary>The copy was looked at for a canary.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="sight">What was seen.</param>
    /// <param name="at">When the look began.</param>
    public void Looked(string key, CanarySight sight, TimeSpan at)
    {
        if (sight == CanarySight.Unknown || _flights.Find(f => f.Key == key) is not { } flight)
        {
            return;
        }

        _lookedAt = at;
        switch (sight)
        {
            case CanarySight.Arrived or CanarySight.Different:
                flight.SeenAt = at;
                _trouble = sight == CanarySight.Different ? (CanaryState.Different, $"{key} is there, but its content is not what was written", at) : _trouble;
                break;
            case CanarySight.Failed when !flight.Failed:
                flight.Failed = true;
                _trouble = (CanaryState.Failed, $"the store gave up copying {key}, and does not try again", at);
                break;
        }

        Settle(at);
    }

    /// <summary>What is known of the path now.</summary>
    public CanaryReading Judge(TimeSpan now)
    {
        var oldest = _flights.Find(static f => f.SeenAt is null);
        var waits = oldest is null ? (TimeSpan?)null : now - oldest.SentAt;
        var (state, reason) = (_trouble, waits) switch
        {
            ({ } trouble, _) when now - trouble.At <= timeout => (trouble.State, trouble.Reason),
            (_, { } wait) when wait > timeout => (CanaryState.Late, $"{oldest!.Key} has not arrived for {wait.TotalSeconds:0} s"),
            _ when _proven is null => (CanaryState.Unknown, oldest is null ? "no canary has been sent yet" : "no canary has arrived yet"),
            _ => (CanaryState.Moving, ""),
        };
        return new CanaryReading(state, reason, waits, Lag(now, oldest));
    }

    private LagReading Lag(TimeSpan now, Flight? oldest)
    {
        if (_proven is not var (sentAt, seenAt))
        {
            return new LagReading(null, now - (_lookedAt ?? now), TimeSpan.Zero, LagState.Unknown, "no canary has arrived yet");
        }

        // Nothing newer was sent, or something is under way: the copy was last seen with all of it, or without some of it.
        var readAt = oldest is not null && _lookedAt > seenAt ? _lookedAt.Value : seenAt;
        var (age, atMost) = (now - readAt, readAt - sentAt);
        return age > timeout ? new LagReading(null, age, TimeSpan.Zero, LagState.Unknown, $"no canary was looked for in {age.TotalSeconds:0} s")
            : oldest is not null && readAt - oldest.SentAt > timeout ? new LagReading(atMost, age, TimeSpan.Zero, LagState.Frozen, $"no newer canary has arrived for {(readAt - seenAt).TotalSeconds:0} s")
            : new LagReading(atMost, age, TimeSpan.Zero, LagState.Measured, $"at most {atMost.TotalSeconds:0.###} s behind");
    }

    /// <summary>Forgets what has arrived, and what never will: the store gave it up, or one that was sent later is there long since.</summary>
    private void Settle(TimeSpan at)
    {
        var newest = _flights.FindLastIndex(static f => f.SeenAt is not null);
        for (var i = _flights.Count - 1; i >= 0; i--)
        {
            var flight = _flights[i];
            if (flight.SeenAt is null && at - flight.SentAt > timeout && (flight.Failed || i < newest))
            {
                _trouble = flight.Failed ? _trouble : (CanaryState.Failed, $"{flight.Key} has not arrived, though later ones have", at);
                _flights.RemoveAt(i);
            }
        }

        while (_flights is [{ SeenAt: { } seenAt } first, ..])
        {
            _proven = (first.SentAt, seenAt);
            _flights.RemoveAt(0);
        }
    }

    private sealed class Flight(string key, TimeSpan sentAt)
    {
        public string Key => key;

        public TimeSpan SentAt => sentAt;

        public TimeSpan? SeenAt { get; set; }

        public bool Failed { get; set; }
    }
}
