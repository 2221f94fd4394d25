namespace Mahavishnu.Agents.Lab.Consul.Http;

/// <summary>Ends the handling of a request with a status and a text; Consul's errors have no other form.</summary>
internal sealed class RequestRefusedException(int status, string body) : Exception(body)
{
    /// <summary>The status of the answer.</summary>
    public int Status { get; } = status;
}
