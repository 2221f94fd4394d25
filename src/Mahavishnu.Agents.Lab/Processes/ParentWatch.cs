namespace Mahavishnu.Agents.Lab.Processes;

/// <summary>The child's side of <see cref="LabProcess"/>.</summary>
public static class ParentWatch
{
    /// <summary>Ends when <paramref name="input"/> has ended: the process that held the other end of the pipe is gone.</summary>
    /// <param name="input">The standard input, which nobody else reads.</param>
    /// <param name="cancellationToken">Ends the wait early, without an exception.</param>
    public static async Task WaitAsync(Stream input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);

        // A console stream cannot be read with cancellation; the pending read is left to the end of the process.
        var end = Task.Run(() => DrainAsync(input), CancellationToken.None);
        await end.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task DrainAsync(Stream input)
    {
        var buffer = new byte[256];
        while (await input.ReadAsync(buffer) > 0)
        {
        }
    }
}
