namespace Mahavishnu.Agents.Core.Failover;

/// <summary>Times and thresholds of the sagas.</summary>
public sealed record SagaSettings
{
    /// <summary>How long a step may take before a person is called; it is retried meanwhile and after.</summary>
    public TimeSpan StepDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long to wait before a failed effect is tried again.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the target must stay healthy before a failover is complete. The reference: 60 s.</summary>
    public TimeSpan Watch { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Agreed score that a failover's target must hold. The reference: 0.7.</summary>
    public double TargetScore { get; init; } = 0.7;

    /// <summary>Agreed score below which a target in use is taken to fail. The reference's graceful threshold: 0.5.</summary>
    public double FailingScore { get; init; } = 0.5;

    /// <summary>Agreed score that starts a failback. The reference: 0.9.</summary>
    public double FailbackScore { get; init; } = 0.9;

    /// <summary>Agreed score that ends a failback. The reference: 0.95.</summary>
    public double FinalScore { get; init; } = 0.95;

    /// <summary>How long the shares of the original region grow before it has all of its audience. The reference: 300 s.</summary>
    public TimeSpan FailbackDrain { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>The growing shares, in percent, that the original region gets during <see cref="FailbackDrain"/>.</summary>
    public IReadOnlyList<int> ReturnShares { get; init; } = [10, 25, 50];

    /// <summary>The steps for which nothing is configured; they are skipped, and never intended.</summary>
    public IReadOnlyList<SagaStep> NothingConfigured { get; init; } = [];
}
