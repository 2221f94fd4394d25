namespace Mahavishnu.Agents.Lab.Load;

/// <summary>How users behave.</summary>
public sealed class UserLoadOptions
{
    /// <summary>Users per region.</summary>
    /// <value>Default 10.</value>
    public int UsersPerRegion { get; init; } = 10;

    /// <summary>How long a user waits after an answer before the next request.</summary>
    /// <value>Default 100 ms.</value>
    public TimeSpan ThinkTime { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a user waits after a failure, as a person or a client library does.</summary>
    /// <value>Default 1 s.</value>
    public TimeSpan WaitAfterFailure { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a user waits for an answer.</summary>
    /// <value>Default 1 s.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Spreads the users' first requests.</summary>
    public int Seed { get; init; }
}
