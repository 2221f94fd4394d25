namespace Mahavishnu.Agents.Core.Mutations;

/// <summary>Whether this thread runs with one deliberate mistake. Only the simulator ever makes one.</summary>
/// <remarks>Compiled in unless the build is published (<c>MUTATIONS</c>): a published agent has no mistake to be switched on.</remarks>
public static class Mutant
{
#if MUTATIONS
    [ThreadStatic]
    private static Mutation _made;

    /// <summary>Whether mistakes can be made in this build.</summary>
    public static bool CanBeMade => true;

    /// <summary>Whether this mistake is made now.</summary>
    public static bool Has(Mutation mutation) => _made == mutation;

    /// <summary>Makes a mistake on this thread from now on; <see cref="Mutation.None"/> ends it.</summary>
    public static void Make(Mutation mutation) => _made = mutation;
#else
    /// <summary>Whether mistakes can be made in this build.</summary>
    public static bool CanBeMade => false;

    /// <summary>Whether this mistake is made now.</summary>
    public static bool Has(Mutation mutation) => false;

    /// <summary>Makes nothing in this build.</summary>
    /// <exception cref="InvalidOperationException">A mistake was asked for.</exception>
    public static void Make(Mutation mutation)
    {
        if (mutation != Mutation.None)
        {
            throw new InvalidOperationException("This build holds no deliberate mistakes.");
        }
    }
#endif
}
