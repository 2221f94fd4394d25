using System.Net;
using System.Text.Json.Serialization;

namespace Mahavishnu.Agents.Configuration;

/// <summary>The agent's process. Bound from <c>agent</c>.</summary>
internal sealed class ProcessOptions
{
    /// <summary>The agent's name; see <see cref="AgentOptions.AgentName"/>. It becomes part of keys and of a path.</summary>
    /// <value>1 to 63 letters, digits and <c>. _ -</c>, the first a letter or a digit.</value>
    public string? Name { get; init; }

    /// <summary>Host and port that the HTTP interface listens on.</summary>
    /// <value>Default <c>127.0.0.1:8610</c>.</value>
    public string Listen { get; init; } = "127.0.0.1:8610";

    /// <summary>The URL under which other agents and the command line reach this one; see <see cref="AdvertisedUrl"/>.</summary>
    [Schemes("http", "https")]
    public Uri? Advertise { get; init; }

    /// <summary>Which defaults of timing apply.</summary>
    /// <value>Default <c>default</c>.</value>
    public ProfileName Profile { get; init; }

    /// <summary>What the process runs.</summary>
    /// <value>Default: everything.</value>
    public IReadOnlyList<AgentModule> Modules { get; init; } = Enum.GetValues<AgentModule>();

    /// <summary>Where the agent keeps what must survive a restart.</summary>
    /// <value>Default <c>data</c>, below the working directory.</value>
    public string DataDirectory { get; init; } = "data";

    /// <summary>How the inputs of its decisions are kept, for <c>replay</c>.</summary>
    public FlightRecorderOptions FlightRecorder { get; init; } = new();

    /// <summary>Who may call the HTTP interface, and for what.</summary>
    public IReadOnlyList<TokenOptions> Tokens { get; init; } = [];

    /// <summary><see cref="Listen"/> as what can be bound; null when its host is neither an IP address nor <c>localhost</c>.</summary>
    public IPEndPoint? ListenEndPoint =>
        IPEndPoint.TryParse(Listen.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), out var endpoint) ? endpoint : null;

    /// <summary><see cref="Advertise"/>, or plain HTTP to <see cref="Listen"/>.</summary>
    public Uri AdvertisedUrl => Advertise ?? new Uri($"http://{Listen}");
}

/// <summary>How the inputs of decisions are kept. Bound from <c>agent.flight_recorder</c>.</summary>
internal sealed class FlightRecorderOptions
{
    /// <summary>Whether they are kept.</summary>
    /// <value>Default true.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>From which size on a file is full and another one follows.</summary>
    /// <value>In millions of bytes; default 8, from 1 to 1024.</value>
    [Limits("1", "1024")]
    public int FileSizeMb { get; init; } = 8;

    /// <summary>How many files are kept; the oldest go.</summary>
    /// <value>Default 8; from 1 to 1000.</value>
    [Limits("1", "1000")]
    public int Files { get; init; } = 8;
}

/// <summary>A bearer token of the HTTP interface.</summary>
internal sealed class TokenOptions
{
    /// <summary>Who holds it, for the audit.</summary>
    public required string Name { get; init; }

    /// <summary>The token.</summary>
    public required Secret Token { get; init; }

    /// <summary>What it allows.</summary>
    public required IReadOnlyList<AccessScope> Scopes { get; init; }
}

/// <summary>What a token allows.</summary>
internal enum AccessScope
{
    /// <summary>Looking.</summary>
    Read = 0,

    /// <summary>What the services beside the agent ask for.</summary>
    Sidecar,

    /// <summary>Failing over, shifting traffic, pausing automation.</summary>
    Operate,

    /// <summary>Approving a failback.</summary>
    Approve,
}

/// <summary>A part of the agent that a process may run or leave out.</summary>
internal enum AgentModule
{
    /// <summary>Probing the regions.</summary>
    Health = 0,

    /// <summary>Standing for leader.</summary>
    Leadership,

    /// <summary>Failing over and back.</summary>
    Failover,

    /// <summary>Measuring replication lag, and holding the region's right to write.</summary>
    Lag,

    /// <summary>Answering where data may lie.</summary>
    [JsonStringEnumMemberName("policy-api")]
    PolicyApi,
}
