using System.Reflection;

namespace Mahavishnu.Agents.Lab.Processes;

/// <summary>How the agent's binary is started: the command, and what stands before a verb.</summary>
/// <param name="Path">The executable.</param>
/// <param name="Prefix">Arguments before the verb: the assembly when the executable is <c>dotnet</c>, else nothing.</param>
public sealed record AgentProgram(string Path, IReadOnlyList<string> Prefix)
{
    /// <summary>The program that is running now.</summary>
    /// <exception cref="LabException">The system does not say which it is.</exception>
    public static AgentProgram Current()
    {
        var path = Environment.ProcessPath ?? throw new LabException("The system does not say which program this is, so the lab cannot start it again; start it by its full path.");
        var isHost = System.IO.Path.GetFileNameWithoutExtension(path).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return new AgentProgram(path, isHost && Assembly.GetEntryAssembly() is { Location.Length: > 0 } entry ? [entry.Location] : []);
    }
}
