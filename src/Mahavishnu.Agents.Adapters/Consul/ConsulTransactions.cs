using System.Text.Json;

namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>Several key operations at one store, all or none.</summary>
public sealed class ConsulTransactions
{
    /// <summary>Consul's limit since 1.14.</summary>
    private const int MaxOperations = 128;

    private readonly ConsulTransport _transport;

    internal ConsulTransactions(ConsulTransport transport) => _transport = transport;

    /// <summary>Applies all operations, in order, or none.</summary>
    /// <param name="operations">1 to 128. Without a write among them this is a consistent read.</param>
    /// <param name="deadline">For the whole exchange; positive.</param>
    /// <param name="cancellationToken">Gives up waiting, which leaves the outcome unknown.</param>
    /// <exception cref="ArgumentException">None or too many operations, or a key that cannot be addressed.</exception>
    public Task<ConsulResult<TransactionAnswer>> CommitAsync(
        IReadOnlyList<TransactionOperation> operations, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operations);
        if (operations.Count is 0 or > MaxOperations)
        {
            throw new ArgumentException($"A transaction takes 1 to {MaxOperations} operations, not {operations.Count}.", nameof(operations));
        }

        ConsulWire.Operation[] wire = [.. operations.Select(static operation => operation.ToOperation())];
        var body = JsonSerializer.SerializeToUtf8Bytes(wire, ConsulJson.Default.OperationArray);
        var target = ConsulKey.Target("/v1/txn", "consistent", _transport.DatacenterParameter);
        return _transport.WriteAsync(
            HttpMethod.Put, target, body, answer => ReadAnswer(answer, operations), deadline, cancellationToken);
    }

    private static ConsulResult<TransactionAnswer>? ReadAnswer(ConsulAnswer answer, IReadOnlyList<TransactionOperation> operations)
    {
        if (answer.Status is not (200 or 409))
        {
            return null;
        }

        var wire = ConsulJson.Read(answer, ConsulJson.Default.Transaction);
        TransactionAnswer? made = (answer.Status, wire) switch
        {
            (200, { Errors: null or [] }) => Committed(ConsulJson.Elements(wire.Results), operations),
            (409, { Errors: { Length: > 0 } errors }) => new TransactionAnswer.Conflict(
                [.. ConsulJson.Elements(errors).Select(static error => new TransactionError(error.OpIndex, error.What))]),
            _ => null,
        };
        return made is null
            ? throw new JsonException($"status {answer.Status} does not agree with the errors in the body")
            : new ConsulResult<TransactionAnswer>.Ok(made, answer.Meta);
    }

    /// <summary>
    /// Every operation gives one entry of its key, in order, except those that leave nothing to show. Only one that reads what
    /// need not exist gives one that was never written.
    /// </summary>
    private static TransactionAnswer.Committed Committed(
        ConsulWire.TransactionResult[] results, IReadOnlyList<TransactionOperation> operations)
    {
        var shown = operations.Where(static o => o is not (TransactionOperation.Delete or TransactionOperation.CheckNotExists)).ToList();
        return shown.Select(static o => o.Key).SequenceEqual(results.Select(static result => result.KV.Key))
            && shown.Zip(results).All(static pair => pair.Second.KV.ModifyIndex > 0 || pair.First is TransactionOperation.GetOrEmpty)
            ? new TransactionAnswer.Committed(Array.ConvertAll(results, static result => ConsulEntry.From(result.KV)))
            : throw new JsonException("the results are not those of the operations");
    }
}
