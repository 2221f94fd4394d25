using Microsoft.Extensions.Hosting;

namespace Mahavishnu.Agents.Lab.Consul;

/// <summary>Leaves the signals of the process alone: the server is a part of a program, which decides when it ends.</summary>
internal sealed class EmbeddedLifetime : IHostLifetime
{
    /// <inheritdoc />
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
