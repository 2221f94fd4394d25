using System.Collections.Immutable;
using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Lab.Edge;

/// <summary>The routing in force, guarded by epochs, and the record of every attempt to change it.</summary>
/// <remarks>Thread-safe. The check of the epoch and the change are one step.</remarks>
public sealed class EdgeControl
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private ImmutableList<EdgeEffect> _history = [];
    private volatile RoutingCommand _current;

    /// <summary>An edge that has heard of no agent yet.</summary>
    /// <param name="initial">The routing to start with, in force at epoch 0.</param>
    /// <param name="time">Times the record.</param>
    public EdgeControl(RoutingTable initial, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        (_time, _startedAt, _current) = (time, time.GetTimestamp(), new RoutingCommand(0, "", initial));
    }

    /// <summary>The state in force.</summary>
    public RoutingCommand Current => _current;

    /// <summary>Every PUT in the order in which it was judged.</summary>
    public IReadOnlyList<EdgeEffect> History
    {
        get
        {
            lock (_gate)
            {
                return _history;
            }
        }
    }

    /// <summary>Puts a command in force unless its epoch forbids it.</summary>
    /// <returns><see cref="EffectOutcome.Accepted"/>, <see cref="EffectOutcome.StaleEpoch"/> or <see cref="EffectOutcome.ForeignEpoch"/>.</returns>
    public EffectOutcome Apply(RoutingCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        lock (_gate)
        {
            var outcome =
                command.Epoch < _current.Epoch ? EffectOutcome.StaleEpoch
                : command.Epoch == _current.Epoch && command.Agent != _current.Agent ? EffectOutcome.ForeignEpoch
                : EffectOutcome.Accepted;
            if (outcome == EffectOutcome.Accepted)
            {
                _current = command;
            }

            Add(command, outcome);
            return outcome;
        }
    }

    /// <summary>Records a PUT that was turned away before its epoch was looked at.</summary>
    public void Refuse(EffectOutcome outcome)
    {
        lock (_gate)
        {
            Add(null, outcome);
        }
    }

    private void Add(RoutingCommand? command, EffectOutcome outcome) =>
        _history = _history.Add(new EdgeEffect(_time.GetElapsedTime(_startedAt), command, outcome));
}
