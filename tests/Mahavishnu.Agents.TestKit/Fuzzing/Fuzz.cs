using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using CsCheck;

namespace Mahavishnu.Agents.TestKit.Fuzzing;

/// <summary>Holds many odd inputs against a rule, within a number of rounds and a time.</summary>
/// <remarks>A failure prints the seed of its case; with it in <c>CsCheck_Seed</c> the same test begins with that case.</remarks>
public static class Fuzz
{
    /// <summary>The environment variable that multiplies every number of rounds, for a hunt.</summary>
    public const string Variable = "MAHAVISHNU_FUZZ";

    private static readonly int s_times =
        int.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.None, CultureInfo.InvariantCulture, out var times) && times > 0 ? times : 1;

    /// <summary>Far longer than any test takes that does not hang.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5) * s_times;

    /// <summary>Any text, among it what bytes give that are none, and pieces of JSON in any order.</summary>
    public static Gen<string> Garbage { get; } = Gen.OneOf(
        Gen.Byte.Array[0, 200].Select(static bytes => Encoding.UTF8.GetString(bytes)),
        Gen.String[Gen.Char[' ', '~'], 0, 200],
        Gen.String[Gen.Char, 0, 50],
        Gen.String[Gen.Char["{}[]\":,0123456789.eE+-truefalsn\\ \n\t"], 0, 80]);

    /// <summary>Holds a reader against a rule.</summary>
    /// <param name="cases">What is read.</param>
    /// <param name="rounds">How many cases the suite takes.</param>
    /// <param name="rule">Throws when it is broken.</param>
    public static Task HoldsAsync<T>(Gen<T> cases, int rounds, Action<T> rule)
    {
        var current = new ConcurrentDictionary<int, T>();
        return WithinAsync(
            () => cases.Sample(
                value =>
                {
                    current[Environment.CurrentManagedThreadId] = value;
                    rule(value);
                },
                iter: rounds * s_times),
            current.Values);
    }

    /// <summary>Holds a conversation against a rule, one case after another.</summary>
    /// <param name="cases">What is said.</param>
    /// <param name="rounds">How many cases the suite takes.</param>
    /// <param name="rule">Throws when it is broken.</param>
    public static Task HoldsAsync<T>(Gen<T> cases, int rounds, Func<T, Task> rule)
    {
        var current = new ConcurrentDictionary<int, T>();
        return WithinAsync(
            () => cases.SampleAsync(
                value =>
                {
                    current[0] = value;
                    return rule(value);
                },
                iter: rounds * s_times,
                threads: 1),
            current.Values);
    }

    private static async Task WithinAsync<T>(Func<Task> sample, ICollection<T> current)
    {
        try
        {
            await Task.Run(sample).WaitAsync(s_limit, TimeProvider.System);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"Not within {s_limit.TotalMinutes} min; at work on: {string.Join(" | ", current.Select(static value => Check.Print(value!)))}", late);
        }
    }

    private static Task WithinAsync<T>(Action sample, ICollection<T> current) => WithinAsync(
        () =>
        {
            sample();
            return Task.CompletedTask;
        },
        current);
}
