using Amazon.S3;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Replication.Storage;

namespace Mahavishnu.Agents.Adapters.S3;

/// <summary>One bucket of S3, or of a store that speaks its protocol.</summary>
/// <remarks>
/// Every call ends within its deadline and gives a value for whatever store and network do; only the caller's own cancellation is
/// thrown. Nothing is tried twice: the caller decides. Safe for concurrent use.
/// </remarks>
public sealed class S3Node : IDisposable
{
    private readonly AmazonS3Client _client;
    private readonly S3Connection _connection;
    private readonly S3Options _options;
    private readonly TimeProvider _time;

    /// <summary>Prepares the node; no connection is made yet.</summary>
    /// <param name="options">Where the bucket is.</param>
    /// <param name="time">The clock of the deadlines.</param>
    /// <exception cref="ArgumentException">An option cannot be used; the message says which and why.</exception>
    public S3Node(S3Options options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ((_client, _connection), _options, _time) = (S3Connection.Open(options), options, time);
    }

    /// <summary>The name of the bucket.</summary>
    public string Bucket => _options.Bucket;

    private string Name => $"{_options.Region} bucket {_options.Bucket}";

    /// <summary>Reads versioning, replication and lifecycle.</summary>
    /// <param name="deadline">For the whole call.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    public Task<DataAnswer<BucketState>> ReadAsync(TimeSpan deadline, CancellationToken cancellationToken) =>
        RunAsync(token => S3Settings.ReadAsync(_client, Bucket, token), deadline, cancellationToken);

    /// <summary>Makes the bucket keep versions. It can be suspended later, never undone.</summary>
    /// <param name="deadline">For the whole call.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    /// <returns>What the bucket says afterwards.</returns>
    public Task<DataAnswer<BucketVersioning>> EnableVersioningAsync(TimeSpan deadline, CancellationToken cancellationToken) =>
        RunAsync(token => S3Settings.EnableVersioningAsync(_client, Bucket, token), deadline, cancellationToken);

    /// <summary>Makes these the only replication rules that are ours; every other rule stays as it is.</summary>
    /// <param name="role">The role that the store copies as; empty where it needs none.</param>
    /// <param name="rules">Our rules; none, with none of others, removes the configuration.</param>
    /// <param name="deadline">For the whole call.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    /// <returns>How many rules of others were kept.</returns>
    /// <remarks>S3 knows no condition for it: what another writes between our read and our write is lost, and is not seen.</remarks>
    public Task<DataAnswer<int>> PutReplicationAsync(string role, IReadOnlyList<ReplicationRule> rules, TimeSpan deadline, CancellationToken cancellationToken) =>
        RunAsync(token => S3Settings.PutReplicationAsync(_client, Bucket, role, rules, IsChina, token), deadline, cancellationToken);

    /// <summary>Makes these the only lifecycle rules that are ours; every other rule stays as it is.</summary>
    /// <param name="rules">Our rules; none, with none of others, removes the configuration.</param>
    /// <param name="deadline">For the whole call.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    /// <returns>How many rules of others were kept.</returns>
    /// <remarks>As with replication, what another writes meanwhile is lost.</remarks>
    public Task<DataAnswer<int>> PutLifecycleAsync(IReadOnlyList<LifecycleRule> rules, TimeSpan deadline, CancellationToken cancellationToken) =>
        RunAsync(token => S3Settings.PutLifecycleAsync(_client, Bucket, rules, token), deadline, cancellationToken);

    /// <summary>Writes a small object under a key that is not in use, with its SHA-256.</summary>
    /// <param name="key">The key.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="deadline">For the whole call.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    /// <returns>Its SHA-256, in base64.</returns>
    public Task<DataAnswer<string>> PutAsync(string key, ReadOnlyMemory<byte> content, TimeSpan deadline, CancellationToken cancellationToken) =>
        RunAsync(token => S3Objects.PutAsync(_client, Name, Bucket, key, content, token), deadline, cancellationToken);

    /// <summary>Looks whether an object is there and has the given SHA-256: by the one that the store keeps with it, or by reading it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="sha256">The expected hash, in base64.</param>
    /// <param name="deadline">For the whole call.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    public Task<DataAnswer<S3Sighting>> VerifyAsync(string key, string sha256, TimeSpan deadline, CancellationToken cancellationToken) =>
        RunAsync(token => S3Objects.VerifyAsync(_client, Name, Bucket, key, sha256, token), deadline, cancellationToken);

    /// <summary>What the store says of the copies of an object.</summary>
    /// <param name="key">The key.</param>
    /// <param name="deadline">For the whole call.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    /// <remarks>With several destinations, failed means that some destination lacks it: look there to know which.</remarks>
    public Task<DataAnswer<S3ReplicationStatus>> StatusAsync(string key, TimeSpan deadline, CancellationToken cancellationToken) =>
        RunAsync(token => S3Objects.StatusAsync(_client, Name, Bucket, key, token), deadline, cancellationToken);

    /// <inheritdoc />
    public void Dispose()
    {
        _client.Dispose();
        _connection.Dispose();
    }

    private bool IsChina => _options.Region.Value.StartsWith("cn-", StringComparison.Ordinal);

    private async Task<DataAnswer<T>> RunAsync<T>(Func<CancellationToken, Task<T>> call, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();
        using var cutOff = new CancellationTokenSource(deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, cutOff.Token);
        try
        {
            return new DataAnswer<T>.Ok(await call(either.Token));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Whatever the library throws over an answer is an answer: over rubbish it throws what its parsers do.
            cancellationToken.ThrowIfCancellationRequested();
            return cutOff.IsCancellationRequested
                ? new DataAnswer<T>.Unknown($"{Name}: no answer within {deadline.TotalSeconds:0.###} s.")
                : S3Failures.Of(Name, failure).ToAnswer<T>();
        }
    }
}
