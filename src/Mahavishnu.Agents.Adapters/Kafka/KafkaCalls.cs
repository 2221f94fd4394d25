using Confluent.Kafka;
using Mahavishnu.Agents.Adapters.Stores;

namespace Mahavishnu.Agents.Adapters.Kafka;

/// <summary>Runs blocking calls of the client library elsewhere, within their deadline, and says what their errors mean.</summary>
/// <remarks>
/// The library tells of connections that fail only to a handler, from a thread of its own; what it told last explains a time-out.
/// </remarks>
internal sealed class KafkaCalls(KafkaOptions options)
{
    private volatile string? _lastError;

    /// <summary>Settings that every client of the cluster shares.</summary>
    public T Configure<T>(T config) where T : ClientConfig
    {
        (config.BootstrapServers, config.ClientId) = (options.Bootstrap, "mahavishnu-agent");
        (config.SocketKeepaliveEnable, config.SocketConnectionSetupTimeoutMs, config.ReconnectBackoffMaxMs) = (true, 2000, 1000);
        config.AllowAutoCreateTopics = false;
        config.SecurityProtocol = (options.Tls, options.Username is not null) switch
        {
            (true, true) => SecurityProtocol.SaslSsl,
            (true, false) => SecurityProtocol.Ssl,
            (false, true) => SecurityProtocol.SaslPlaintext,
            _ => SecurityProtocol.Plaintext,
        };
        if (options.Username is not null)
        {
            (config.SaslMechanism, config.SaslUsername, config.SaslPassword) = (SaslMechanism.ScramSha512, options.Username, options.Password?.Invoke() ?? "");
        }

        if (options.RootCertificate is not null)
        {
            config.SslCaLocation = options.RootCertificate;
        }

        return config;
    }

    /// <summary>The library tells of an error that no call has.</summary>
    public void Told(Error error) => _lastError = Sentence(error);

    /// <summary>What the library logs is told by answers.</summary>
    public static void Ignore(LogMessage message)
    {
    }

    /// <summary>Runs a call that blocks for no longer than its deadline.</summary>
    public async Task<DataAnswer<T>> RunAsync<T>(Func<T> call, CancellationToken cancellationToken)
    {
        try
        {
            return new DataAnswer<T>.Ok(await Task.Run(call, cancellationToken));
        }
        catch (KafkaException failed)
        {
            return Failed<T>(failed.Error);
        }
    }

    /// <summary>What an error means.</summary>
    public DataAnswer<T> Failed<T>(Error error)
    {
        var sentence = error.Code is ErrorCode.Local_TimedOut or ErrorCode.Local_MsgTimedOut or ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown && _lastError is { } earlier
            ? $"{Sentence(error)} ({earlier})"
            : Sentence(error);
        return error.Code switch
        {
            ErrorCode.Local_TimedOut or ErrorCode.Local_MsgTimedOut => new DataAnswer<T>.Unknown(sentence),
            ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Resolve or ErrorCode.Local_Ssl => new DataAnswer<T>.Unreachable(sentence),
            _ => new DataAnswer<T>.Refused(sentence),
        };
    }

    private string Sentence(Error error) => $"Kafka of {options.Region} ({options.Bootstrap}): {error.Code switch
    {
        ErrorCode.Local_TimedOut or ErrorCode.Local_MsgTimedOut => "no answer in time; is a broker down, slow, or cut off?",
        ErrorCode.Local_AllBrokersDown => "no broker can be reached",
        ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed => "does not accept the configured user and password; correct them",
        ErrorCode.Local_Ssl => $"its certificate is not trusted, or it does not speak TLS: {Quote(error.Reason)}",
        ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition => "the topic does not exist; `mahavishnu-agent messaging apply` makes the configured ones",
        ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed => "does not allow it to the agent's user; grant it",
        _ => $"{error.Code}: {Quote(error.Reason)}",
    }}";

    private static string Quote(string text) => new([.. text.Take(200).Select(static c => char.IsControl(c) ? ' ' : c)]);
}
