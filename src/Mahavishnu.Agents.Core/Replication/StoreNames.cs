namespace Mahavishnu.Agents.Core.Replication;

/// <summary>The names of the kinds of stores in votes, plans, metrics and claims.</summary>
public static class StoreNames
{
    /// <summary>PostgreSQL.</summary>
    public const string Postgresql = "postgresql";

    /// <summary>Redis.</summary>
    public const string Redis = "redis";

    /// <summary>Kafka.</summary>
    public const string Kafka = "kafka";

    /// <summary>OpenSearch.</summary>
    public const string OpenSearch = "opensearch";

    /// <summary>S3 and what speaks its protocol.</summary>
    public const string S3 = "s3";
}
