namespace Mahavishnu.Agents.Lab.Cloudflare;

/// <summary>A call that a <see cref="CloudflareDouble"/> has received whole.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">Path and query, below the base address.</param>
/// <param name="Body">The body; empty when there was none.</param>
public sealed record CloudflareCall(string Method, string Path, string Body)
{
    /// <summary>Whether it asked for a change.</summary>
    public bool IsChange => Method != "GET";
}
