using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mahavishnu.Agents.Adapters;

namespace Mahavishnu.Agents.Cli;

/// <summary>An answer of an agent's HTTP interface.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The document.</param>
internal sealed record AgentAnswer(int Status, JsonObject Body)
{
    /// <summary>Whether the agent did what was asked.</summary>
    public bool Ok => Status is >= 200 and < 300;

    /// <summary>What the agent said went wrong.</summary>
    public string Message => Body["message"]?.GetValue<string>() ?? $"the agent answered with status {Status}";
}

/// <summary>An agent could not be asked.</summary>
internal sealed class AgentUnreachableException(Uri address, string problem)
    : Exception($"The agent at {address} cannot be reached: {problem}. Is it running there? Name another with --address.");

/// <summary>Asks an agent over its HTTP interface, and the leader where only the leader may answer.</summary>
internal sealed class AgentClient(Uri address, string? token, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(15);
    private readonly HttpClient _http = new(new BareSocketErrors(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(3) })) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Gets a document.</summary>
    /// <exception cref="AgentUnreachableException">No usable answer.</exception>
    public Task<AgentAnswer> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(address, HttpMethod.Get, path, null, cancellationToken);

    /// <summary>Posts a document, and once more to the leader when the agent says that it is not.</summary>
    /// <exception cref="AgentUnreachableException">No usable answer.</exception>
    public async Task<AgentAnswer> PostAsync(string path, JsonObject body, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(address, HttpMethod.Post, path, body, cancellationToken);
        var leader = answer.Body["leader"]?["address"]?.GetValue<string>();
        return answer.Status == (int)HttpStatusCode.MisdirectedRequest && Uri.TryCreate(leader, UriKind.Absolute, out var there) && IsHttp(there)
            ? await SendAsync(there, HttpMethod.Post, path, body, cancellationToken)
            : answer;
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    /// <summary>Whether an agent can be asked there.</summary>
    public static bool IsHttp(Uri address) => address.IsAbsoluteUri && address.Scheme is "http" or "https";

    private async Task<AgentAnswer> SendAsync(Uri to, HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(s_timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var request = new HttpRequestMessage(method, new Uri(to, path));
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        try
        {
            using var response = await _http.SendAsync(request, either.Token);
            var text = await response.Content.ReadAsStringAsync(either.Token);
            return Parse(text) is { } document
                ? new AgentAnswer((int)response.StatusCode, document)
                : throw new AgentUnreachableException(to, $"what answers there is no agent (status {(int)response.StatusCode}, no JSON object)");
        }
        catch (HttpRequestException failed)
        {
            throw new AgentUnreachableException(to, failed.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AgentUnreachableException(to, $"no answer within {s_timeout.TotalSeconds} s");
        }
    }

    private static JsonObject? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
