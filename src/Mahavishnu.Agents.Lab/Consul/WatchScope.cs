using Mahavishnu.Agents.Lab.Consul.State;

namespace Mahavishnu.Agents.Lab.Consul;

/// <summary>What a blocked reader waits for. Only changes inside it wake the reader, however much else is written.</summary>
internal abstract record WatchScope
{
    /// <summary>Whether a change is one that the reader waits for.</summary>
    public abstract bool Covers(Change change);

    /// <summary>One key.</summary>
    public sealed record Key(string Name) : WatchScope
    {
        /// <inheritdoc />
        public override bool Covers(Change change) => change.Kind == ChangeKind.Key && change.Name == Name;
    }

    /// <summary>All keys that begin with a text.</summary>
    public sealed record Prefix(string Text) : WatchScope
    {
        /// <inheritdoc />
        public override bool Covers(Change change) => change.Kind == ChangeKind.Key && change.Name.StartsWith(Text, StringComparison.Ordinal);
    }

    /// <summary>One session.</summary>
    public sealed record Session(string Id) : WatchScope
    {
        /// <inheritdoc />
        public override bool Covers(Change change) =>
            change.Kind == ChangeKind.Session && string.Equals(change.Name, Id, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>All sessions, or those of one node.</summary>
    public sealed record Sessions(string? Node) : WatchScope
    {
        /// <inheritdoc />
        public override bool Covers(Change change) =>
            change.Kind == ChangeKind.Session && (Node is null || string.Equals(change.Node, Node, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The instances of one service and their health.</summary>
    public sealed record Service(string Name) : WatchScope
    {
        /// <inheritdoc />
        public override bool Covers(Change change) => change.Kind == ChangeKind.Service && change.Name == Name;
    }

    /// <summary>Everything in the catalog.</summary>
    public sealed record WholeCatalog : WatchScope
    {
        /// <inheritdoc />
        public override bool Covers(Change change) => change.Kind is ChangeKind.Node or ChangeKind.Service or ChangeKind.Check;
    }
}
