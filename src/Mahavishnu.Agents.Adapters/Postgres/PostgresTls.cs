namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>How far a connection is protected; the meanings are those of libpq's <c>sslmode</c>.</summary>
public enum PostgresTls
{
    /// <summary>Never encrypted.</summary>
    Disable,

    /// <summary>Encrypted when the server can; nothing is verified.</summary>
    Prefer,

    /// <summary>Always encrypted; nothing is verified.</summary>
    Require,

    /// <summary>Always encrypted, by a server with a trusted certificate for the host that was asked for.</summary>
    VerifyFull,
}
