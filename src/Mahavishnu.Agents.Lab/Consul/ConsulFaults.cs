namespace Mahavishnu.Agents.Lab.Consul;

/// <summary>
/// What can be made to go wrong with a <see cref="ConsulServer"/>. Safe for several threads; every fault stays until
/// <see cref="Clear"/>, or for the given number of requests.
/// </summary>
/// <remarks>
/// With <see cref="ConsulServerOptions.FaultEndpoint"/> another process can do the same by PUT; the answer is 200 and
/// empty, or 400 with a reason. <c>requests</c> and <c>path</c> (a prefix of the decoded path) are optional everywhere.
/// <code>
/// /lab/faults/no-leader?on=true|false      /lab/faults/freeze?on=true|false     /lab/faults/leader-change
/// /lab/faults/drop?requests=3&amp;path=/v1/kv/     /lab/faults/refuse     /lab/faults/lose-reply
/// /lab/faults/delay?by=2s                  /lab/faults/delay-reply?by=2s        /lab/faults/reset
/// /lab/faults/answer?status=500            (the body of the request is the body of the answers)
/// /lab/faults/cut?dc=NAME&amp;seen=true|false  /lab/faults/clear
/// </code>
/// </remarks>
public sealed class ConsulFaults
{
    private readonly Lock _gate = new();
    private readonly List<ActiveFault> _active = [];
    private readonly Dictionary<string, string> _cut = new(StringComparer.Ordinal);
    private readonly ConsulStore _store;
    private readonly Leadership _leadership;
    private TaskCompletionSource? _frozen;

    internal ConsulFaults(ConsulStore store, Leadership leadership) => (_store, _leadership) = (store, leadership);

    /// <summary>Whether the datacenter has lost its leader: writes and default reads wait, then fail; session timers stand still and start in full when it returns.</summary>
    public bool NoLeader
    {
        get => !_leadership.HasLeader;
        set
        {
            if (!_leadership.Set(!value))
            {
                return;
            }

            if (value)
            {
                _store.StopLeading();
            }
            else
            {
                _store.StartLeading();
            }
        }
    }

    /// <summary>Whether blocked reads see nothing until their wait ends, as on a server that was cut off without noticing.</summary>
    public bool FreezeBlockingReads
    {
        get => Thawed is not null;
        set
        {
            lock (_gate)
            {
                if (value)
                {
                    _frozen ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }
                else
                {
                    _frozen?.SetResult();
                    _frozen = null;
                }
            }
        }
    }

    /// <summary>The end of the freeze, null while there is none.</summary>
    internal Task? Thawed
    {
        get
        {
            lock (_gate)
            {
                return _frozen?.Task;
            }
        }
    }

    /// <summary>Changes the leader at once: every session gets its full time again.</summary>
    public void ChangeLeader() => _store.StartLeading();

    /// <summary>Does what the restoring of a snapshot does: blocked reads return, lock-delays are forgotten, session timers start again. No data is lost.</summary>
    public void ResetState() => _store.Reset();

    /// <summary>Never answers; the request is not carried out.</summary>
    public void Drop(int? requests = null, Func<string, bool>? path = null) => Add(new Fault.Drop(), requests, path);

    /// <summary>Closes the connection; the request is not carried out.</summary>
    public void Refuse(int? requests = null, Func<string, bool>? path = null) => Add(new Fault.Refuse(), requests, path);

    /// <summary>Carries the request out, then closes the connection without an answer.</summary>
    public void LoseReply(int? requests = null, Func<string, bool>? path = null) => Add(new Fault.LoseReply(), requests, path);

    /// <summary>Waits before the request is carried out.</summary>
    public void Delay(TimeSpan by, int? requests = null, Func<string, bool>? path = null) => Add(new Fault.Delay(by, AfterApplying: false), requests, path);

    /// <summary>Carries the request out at once and waits before the answer.</summary>
    public void DelayReply(TimeSpan by, int? requests = null, Func<string, bool>? path = null) => Add(new Fault.Delay(by, AfterApplying: true), requests, path);

    /// <summary>Answers with this status and text; the request is not carried out.</summary>
    public void Answer(int status, string body, int? requests = null, Func<string, bool>? path = null) => Add(new Fault.Answer(status, body), requests, path);

    /// <summary>Makes a datacenter unreachable for requests with <c>?dc=</c>, also a federated one.</summary>
    /// <param name="datacenter">Its name.</param>
    /// <param name="seen">True: it is known but has no server left. False: it is not known.</param>
    public void CutDatacenter(string datacenter, bool seen)
    {
        lock (_gate)
        {
            _cut[datacenter] = seen ? "Remote DC has no server currently reachable" : "No path to datacenter";
        }
    }

    /// <summary>Ends every fault; a lost leader returns.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _active.Clear();
            _cut.Clear();
        }

        NoLeader = false;
        FreezeBlockingReads = false;
    }

    /// <summary>The fault that the next request on this path meets, the one that was added first; null for none. It is counted.</summary>
    internal Fault? Take(string path)
    {
        lock (_gate)
        {
            var found = _active.Find(active => active.Path?.Invoke(path) ?? true);
            if (found is not null && --found.Remaining == 0)
            {
                _active.Remove(found);
            }

            return found?.Fault;
        }
    }

    /// <summary>Why a datacenter cannot be reached, null when it can.</summary>
    internal string? CutReason(string datacenter)
    {
        lock (_gate)
        {
            return _cut.GetValueOrDefault(datacenter);
        }
    }

    private void Add(Fault fault, int? requests, Func<string, bool>? path)
    {
        if (requests is <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(requests), requests, "A fault lasts for 1 request or more; leave the number out for all.");
        }

        lock (_gate)
        {
            _active.Add(new ActiveFault(fault, path) { Remaining = requests ?? long.MaxValue });
        }
    }

    private sealed record ActiveFault(Fault Fault, Func<string, bool>? Path)
    {
        public long Remaining { get; set; }
    }
}
