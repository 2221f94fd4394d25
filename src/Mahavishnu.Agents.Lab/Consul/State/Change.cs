namespace Mahavishnu.Agents.Lab.Consul.State;

/// <summary>The kinds of things that watchers wait for.</summary>
internal enum ChangeKind
{
    /// <summary>A key was written or deleted; the name is the key.</summary>
    Key,

    /// <summary>A session began or ended; the name is its id.</summary>
    Session,

    /// <summary>An instance of a service, one of its checks or its node changed; the name is the service's.</summary>
    Service,

    /// <summary>A check changed; the name is <c>node/check</c>.</summary>
    Check,

    /// <summary>A node changed; the name is the node's.</summary>
    Node,
}

/// <summary>One thing that a write changed.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Which one.</param>
/// <param name="Node">The node of a session, else empty.</param>
internal readonly record struct Change(ChangeKind Kind, string Name, string Node = "");
