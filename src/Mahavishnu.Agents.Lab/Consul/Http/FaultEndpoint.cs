using System.Globalization;
using System.Text;

namespace Mahavishnu.Agents.Lab.Consul.Http;

/// <summary><c>/lab/faults/...</c>: the switches of <see cref="ConsulFaults"/> for another process; described there.</summary>
internal static class FaultEndpoint
{
    private const string Prefix = "/lab/faults/";
    private const int MaxAnswer = 64 * 1024;

    /// <summary>Whether a path is one of ours.</summary>
    public static bool Serves(string path) => path.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Throws the switch that the path names.</summary>
    public static async Task<ConsulResponse> HandleAsync(ConsulRequest request, ConsulFaults faults)
    {
        if (request.Method != "PUT")
        {
            return ConsulResponse.Text(405, $"method {request.Method} not allowed").With("Allow", "PUT");
        }

        try
        {
            var body = Encoding.UTF8.GetString(await request.ReadBodyAsync(MaxAnswer));
            Throw(request.Path[Prefix.Length..], request, faults, body);
            return ConsulResponse.Empty();
        }
        catch (RequestRefusedException refused)
        {
            return ConsulResponse.Text(refused.Status, refused.Message);
        }
    }

    private static void Throw(string name, ConsulRequest request, ConsulFaults faults, string body)
    {
        int? requests = request.Has("requests") ? Positive(request, "requests") : null;
        Func<string, bool>? path = request.Value("path") is { } prefix ? path => path.StartsWith(prefix, StringComparison.Ordinal) : null;
        switch (name)
        {
            case "no-leader": faults.NoLeader = Flag(request, "on"); break;
            case "freeze": faults.FreezeBlockingReads = Flag(request, "on"); break;
            case "leader-change": faults.ChangeLeader(); break;
            case "reset": faults.ResetState(); break;
            case "drop": faults.Drop(requests, path); break;
            case "refuse": faults.Refuse(requests, path); break;
            case "lose-reply": faults.LoseReply(requests, path); break;
            case "delay": faults.Delay(Duration(request), requests, path); break;
            case "delay-reply": faults.DelayReply(Duration(request), requests, path); break;
            case "answer": faults.Answer(Positive(request, "status"), body, requests, path); break;
            case "cut": faults.CutDatacenter(request.Value("dc") ?? throw Expected("dc", "the name of a datacenter"), Flag(request, "seen")); break;
            case "clear": faults.Clear(); break;
            default: throw new RequestRefusedException(400, $"Unknown fault '{name}'; see ConsulFaults for the list.");
        }
    }

    private static bool Flag(ConsulRequest request, string name) =>
        bool.TryParse(request.Value(name), out var value) ? value : throw Expected(name, "true or false");

    private static int Positive(ConsulRequest request, string name) =>
        int.TryParse(request.Value(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
            ? value
            : throw Expected(name, "a whole number from 1 up");

    private static TimeSpan Duration(ConsulRequest request) =>
        GoDuration.TryParse(request.Value("by") ?? "", out var nanoseconds, out _) && nanoseconds > 0
            ? GoDuration.ToTimeSpan(nanoseconds)
            : throw Expected("by", "a duration such as 2s");

    private static RequestRefusedException Expected(string parameter, string what) => new(400, $"Parameter '{parameter}' must be {what}.");
}
