using Mahavishnu.Agents.Adapters.Traffic;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Adapters.Tests.Traffic;

/// <summary>A target's other side: three regions, the users of two of them, and things in between that belong to somebody else.</summary>
public abstract class TargetWorld : IAsyncDisposable
{
    public const string Credential = "right-credential-42";
    public const string WrongCredential = "wrong-credential-43";

    public static RegionId Us { get; } = new("us-east-1");

    public static RegionId Eu { get; } = new("eu-west-1");

    public static RegionId Ap { get; } = new("ap-south-1");

    /// <summary>Whether a configuration names the members, so that a region or an audience can be missing in it.</summary>
    public virtual bool NamesMembers => true;

    /// <summary>A new target without any memory.</summary>
    public abstract ITrafficTarget Target();

    /// <summary>A target whose credential may read at most.</summary>
    public abstract ITrafficTarget Distrusted();

    /// <summary>A target that is told to look at another port.</summary>
    public abstract ITrafficTarget At(int port, TimeSpan timeout);

    /// <summary>All that an effect could have changed, as text.</summary>
    public abstract Task<string> StateAsync();

    /// <summary>What belongs to somebody else, as text.</summary>
    public abstract Task<string> ForeignAsync();

    public abstract ValueTask DisposeAsync();
}
