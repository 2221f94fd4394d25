using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;
using Amazon.S3;

namespace Mahavishnu.Agents.Adapters.S3;

/// <summary>Says what an error of the client library means for a call.</summary>
internal static class S3Failures
{
    /// <summary>Sorts an error.</summary>
    /// <param name="name">Region and bucket.</param>
    /// <param name="failure">The library's error.</param>
    public static S3CallException Of(string name, Exception failure)
    {
        var causes = Causes(failure).ToList();
        if (causes.OfType<S3CallException>().FirstOrDefault() is { } own)
        {
            return own;
        }

        if (causes.OfType<AuthenticationException>().FirstOrDefault() is { } distrust)
        {
            return new S3CallException(S3CallEnd.Unreachable, $"{name}: its certificate is not trusted: {Quote(distrust.Message)}; give the right authority as ca_file, or correct the certificate.", failure);
        }

        if (causes.OfType<HttpRequestException>().FirstOrDefault() is { } broken)
        {
            var never = broken.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
                || causes.OfType<SocketException>().Any(static s => s.SocketErrorCode is SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.TimedOut);
            return new S3CallException(
                never ? S3CallEnd.Unreachable : S3CallEnd.Unknown, $"{name}: {(never ? "cannot be reached" : "the connection broke before the answer")}: {Quote(causes[^1].Message)}.", failure);
        }

        return failure switch
        {
            // The library passes on, as an error without a code, what it cannot read of an error.
            AmazonS3Exception { ErrorCode: { Length: > 0 } code } error => Coded(name, code, error),
            AmazonServiceException { StatusCode: not 0 } error => new S3CallException(EndOf(error.StatusCode), $"{name}: answered {(int)error.StatusCode} without a code that S3 has; something else listens there.", failure),
            AmazonClientException => new S3CallException(S3CallEnd.Refused, $"{name}: no credentials can be had: {Quote(failure.Message)}; give access_key and secret_key.", failure),
            _ => new S3CallException(S3CallEnd.Unknown, $"{name}: answered what is not S3: {Quote(causes[^1].Message)}.", failure),
        };
    }

    private static S3CallException Coded(string name, string code, AmazonS3Exception error)
    {
        var advice = code switch
        {
            "NoSuchBucket" => "make the bucket, or correct its name or region",
            "AccessDenied" or "Forbidden" => "grant the agent's user this action; without s3:ListBucket even what is not there reads so",
            "InvalidAccessKeyId" => "correct access_key",
            "SignatureDoesNotMatch" => "correct secret_key",
            "ExpiredToken" or "InvalidToken" => "renew the credentials",
            "RequestTimeTooSkewed" => "set the clock of this machine",
            "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" => "correct the region of the bucket",
            "InvalidRequest" or "InvalidArgument" or "MalformedXML" or "NotImplemented" or "MethodNotAllowed" => $"this store does not take it: {Quote(error.Message)}",
            "SlowDown" or "ServiceUnavailable" or "InternalError" or "RequestTimeout" or "OperationAborted" => "ask again later",
            _ => Quote(error.Message),
        };
        return new S3CallException(EndOf(error.StatusCode), $"{name}: answered {code} ({(int)error.StatusCode}): {advice}.", error);
    }

    private static S3CallEnd EndOf(HttpStatusCode status) =>
        (int)status is >= 400 and < 500 and not (int)HttpStatusCode.RequestTimeout and not (int)HttpStatusCode.TooManyRequests ? S3CallEnd.Refused : S3CallEnd.Unknown;

    private static IEnumerable<Exception> Causes(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }

    private static string Quote(string text)
    {
        var line = new string([.. text.Select(static c => char.IsControl(c) ? ' ' : c)]).Trim().TrimEnd('.');
        return line.Length <= 200 ? line : line[..200] + "…";
    }
}
