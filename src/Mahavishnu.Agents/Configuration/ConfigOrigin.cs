namespace Mahavishnu.Agents.Configuration;

/// <summary>Where a value of the configuration was written.</summary>
/// <param name="Layer">Which layer it belongs to; later layers win.</param>
/// <param name="Source">The path of the file, or the name of the environment variable.</param>
/// <param name="Line">Line in the file, from 1; 0 where there is none.</param>
/// <param name="Column">Column in the line, from 1; 0 where there is none.</param>
internal sealed record ConfigOrigin(ConfigLayer Layer, string Source, int Line = 0, int Column = 0)
{
    /// <summary><c>file:line</c>, or the source alone.</summary>
    public override string ToString() => Line == 0 ? Source : $"{Source}:{Line}";
}

/// <summary>The layers of the configuration, in the order in which they override each other.</summary>
internal enum ConfigLayer
{
    /// <summary>What the command line says, such as the region.</summary>
    CommandLine = 0,

    /// <summary><c>global.yaml</c>.</summary>
    Global,

    /// <summary><c>{region}.yaml</c>.</summary>
    Region,

    /// <summary><c>{region}/{environment}.yaml</c>.</summary>
    Environment,

    /// <summary>An environment variable.</summary>
    Variable,
}
