namespace Mahavishnu.Agents.Adapters.Probes;

/// <summary>Makes the probe for an address.</summary>
public static class ProbeFactory
{
    /// <summary>Makes an <see cref="HttpProbe"/> or a <see cref="TcpProbe"/>, by the scheme of the address.</summary>
    /// <exception cref="ArgumentException">The options contradict themselves or cannot be probed; the message says how.</exception>
    public static IProbe Create(ProbeOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!options.Url.IsAbsoluteUri)
        {
            throw new ArgumentException($"'{options.Url}' is not absolute; expected http://, https:// or tcp://host:port.", nameof(options));
        }

        return options.Url.Scheme switch
        {
            "http" or "https" => new HttpProbe(options, time),
            "tcp" => new TcpProbe(options, time),
            var scheme => throw new ArgumentException($"Cannot probe '{scheme}://'; expected http, https or tcp.", nameof(options)),
        };
    }
}
