using System.Globalization;

namespace Mahavishnu.Agents.Benchmarks.Probes;

/// <summary>How long and how hard to measure.</summary>
internal sealed record ProbesOptions(bool Json, int Seconds, int Concurrency, int Rounds)
{
    /// <summary>Reads the arguments; null when one of them is not understood.</summary>
    public static ProbesOptions? Parse(string[] arguments)
    {
        var options = new ProbesOptions(Json: false, Seconds: 5, Concurrency: 16, Rounds: 3);
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--json")
            {
                options = options with { Json = true };
                continue;
            }

            if (i + 1 == arguments.Length || !int.TryParse(arguments[i + 1], CultureInfo.InvariantCulture, out var value) || value < 1)
            {
                return null;
            }

            switch (arguments[i++])
            {
                case "--seconds": options = options with { Seconds = value }; break;
                case "--concurrency": options = options with { Concurrency = value }; break;
                case "--rounds": options = options with { Rounds = value }; break;
                default: return null;
            }
        }

        return options;
    }
}
