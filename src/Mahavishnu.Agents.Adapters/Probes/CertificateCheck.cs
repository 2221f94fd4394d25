using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Mahavishnu.Agents.Adapters.Probes;

/// <summary>Verifies the certificate of one target, and keeps what it found for the reason of the next outcome.</summary>
internal sealed class CertificateCheck(string host)
{
    /// <summary>When the certificate of the last completed handshake expires, in UTC; null before the first.</summary>
    public DateTimeOffset? ExpiresAt { get; private set; }

    /// <summary>What was wrong with the last certificate; null when nothing was.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whether the handshake of the present connection has come as far as the certificate.</summary>
    public bool Seen { get; private set; }

    /// <summary>Forgets the last connection, before a new one is made.</summary>
    public void Reset() => (Problem, Seen) = (null, false);

    /// <summary>The certificate policy for <see cref="SslClientAuthenticationOptions"/>.</summary>
    public SslClientAuthenticationOptions ToOptions(X509Certificate2Collection? trustedRoots)
    {
        var options = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = Verify };
        if (trustedRoots is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(trustedRoots);
        }

        return options;
    }

    private bool Verify(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Seen = true;
        if (errors == SslPolicyErrors.None && certificate is X509Certificate2 valid)
        {
            ExpiresAt = new DateTimeOffset(valid.NotAfter.ToUniversalTime());
            return true;
        }

        Problem = Describe(certificate as X509Certificate2, chain, errors);
        return false;
    }

    private string Describe(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return "the target showed no certificate";
        }

        var (from, until) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        var statuses = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, static (all, one) => all | one.Status) ?? default;
        var verifiedAt = chain?.ChainPolicy.VerificationTime.ToUniversalTime() ?? until;
        return statuses switch
        {
            _ when statuses.HasFlag(X509ChainStatusFlags.NotTimeValid) && verifiedAt > until =>
                FormattableString.Invariant($"certificate expired on {until:yyyy-MM-dd}"),
            _ when statuses.HasFlag(X509ChainStatusFlags.NotTimeValid) && verifiedAt < from =>
                FormattableString.Invariant($"certificate is not valid before {from:yyyy-MM-dd}"),
            _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) => $"certificate is not for {host}",
            _ => $"certificate is not trusted: {statuses}",
        };
    }
}
