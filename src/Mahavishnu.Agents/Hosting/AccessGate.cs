using Mahavishnu.Agents.Configuration;

namespace Mahavishnu.Agents.Hosting;

/// <summary>Lets requests in by their bearer token. A mutation that it turns away leaves an audit line.</summary>
internal sealed class AccessGate(AccessTokens tokens, AuditLog audit)
{
    /// <summary>The caller's name; null when the request was turned away, and answered.</summary>
    public async Task<string?> AdmitAsync(HttpContext context, AccessScope scope)
    {
        var found = tokens.Find(context.Request.Headers.Authorization, scope);
        if (found is { Allowed: true } caller)
        {
            return caller.Name;
        }

        var answer = found is { Name: var name }
            ? HttpAnswer.Problem(StatusCodes.Status403Forbidden, "forbidden", $"The token {name} lacks the scope {scope.ToString().ToLowerInvariant()}.")
            : HttpAnswer.Problem(StatusCodes.Status401Unauthorized, "unauthenticated", "A bearer token is needed: Authorization: Bearer TOKEN, one of agent.tokens.");
        if (HttpMethods.IsPost(context.Request.Method))
        {
            audit.Write(found?.Name ?? "unknown", "http.refused", context.Request.Path, answer.Outcome, new { from = context.Connection.RemoteIpAddress?.ToString() });
        }

        if (answer.Status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        await answer.WriteAsync(context);
        return null;
    }
}
