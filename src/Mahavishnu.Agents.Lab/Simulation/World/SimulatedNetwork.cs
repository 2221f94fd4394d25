using Mahavishnu.Agents.Lab.Simulation.Engine;

namespace Mahavishnu.Agents.Lab.Simulation.World;

/// <summary>
/// Carries calls between the ends of a world: directed links that can be cut one by one, weather everywhere, and ends that
/// can be slow. A call is lost, late, doubled or answered; whoever calls gives up at its deadline.
/// </summary>
public sealed class SimulatedNetwork
{
    private readonly VirtualTime _queue;
    private readonly Random _random;
    private readonly TimeSpan _latency;
    private readonly int[,] _cuts;
    private readonly TimeSpan[] _slow;
    private readonly bool[] _up;

    /// <summary>A network on which all is well.</summary>
    /// <param name="queue">Its time.</param>
    /// <param name="random">Decides everything that is random.</param>
    /// <param name="ends">How many ends there are.</param>
    /// <param name="latency">The greatest time one way in fair weather.</param>
    public SimulatedNetwork(VirtualTime queue, Random random, int ends, TimeSpan latency)
    {
        (_queue, _random, _latency) = (queue, random, latency);
        (_cuts, _slow, _up) = (new int[ends, ends], new TimeSpan[ends], new bool[ends]);
        Array.Fill(_up, true);
    }

    /// <summary>How ill it is everywhere.</summary>
    public Weather Weather { get; set; }

    /// <summary>Whether messages pass in this direction.</summary>
    public bool Connected(int from, int to) => _cuts[from, to] == 0;

    /// <summary>Cuts one direction of a link, on top of other cuts, until <see cref="Mend"/>.</summary>
    public void Cut(int from, int to) => _cuts[from, to]++;

    /// <summary>Takes back one cut.</summary>
    public void Mend(int from, int to) => _cuts[from, to] = Math.Max(0, _cuts[from, to] - 1);

    /// <summary>Adds up to this much to the way of every message to and from an end.</summary>
    public void Slow(int end, TimeSpan most) => _slow[end] = most;

    /// <summary>Whether anybody listens at an end.</summary>
    public bool IsUp(int end) => _up[end];

    /// <summary>Lets an end listen, or not.</summary>
    public void SetUp(int end, bool up) => _up[end] = up;

    /// <summary>Ends everything that is wrong with the links.</summary>
    public void Heal()
    {
        Array.Clear(_cuts);
        Array.Clear(_slow);
        Weather = Weather.Fair;
    }

    /// <summary>Calls an end.</summary>
    /// <param name="from">Who calls.</param>
    /// <param name="to">Who is called.</param>
    /// <param name="deadline">When the caller gives up.</param>
    /// <param name="serve">What the called end does; may run twice.</param>
    /// <param name="done">Told once: the answer, or null and whether the call was turned away so that nothing was done.</param>
    /// <param name="withdrawn">Whether a call that was given up is certain not to be served any more: its connection is closed.</param>
    public void Call<T>(int from, int to, TimeSpan deadline, Func<T?> serve, Action<T?, bool> done, bool withdrawn = false)
        where T : class
    {
        var over = false;
        void End(T? answer, bool turnedAway)
        {
            if (!over)
            {
                over = true;
                done(answer, turnedAway);
            }
        }

        _queue.After(deadline, () => End(null, turnedAway: false));
        var doubled = _random.NextDouble() < Weather.DuplicateRatio;
        if (!doubled && !(Connected(from, to) && _up[to]) && _random.Next(2) == 0)
        {
            // Refused at once; the other half meets a silent hole.
            _queue.After(Travel(from, to), () => End(null, turnedAway: true));
            return;
        }

        for (var copy = 0; Connected(from, to) && copy < (doubled ? 2 : 1); copy++)
        {
            if (_random.NextDouble() >= Weather.LossRatio)
            {
                _queue.After(Travel(from, to), () => Arrive());
            }
        }

        void Arrive()
        {
            if (!_up[to] || (over && withdrawn))
            {
                return;
            }

            var answer = serve();
            if (Connected(to, from) && _random.NextDouble() >= Weather.LossRatio)
            {
                _queue.After(Travel(to, from), () => End(answer, turnedAway: false));
            }
        }
    }

    private TimeSpan Travel(int from, int to)
    {
        var way = _random.NextDouble() < Weather.SlowRatio ? Weather.Slowest * _random.NextDouble() : _latency * (0.1 + (0.9 * _random.NextDouble()));
        var extra = _slow[from] + _slow[to];
        return extra == TimeSpan.Zero ? way : way + (extra * _random.NextDouble());
    }
}
