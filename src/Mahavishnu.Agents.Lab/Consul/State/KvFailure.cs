namespace Mahavishnu.Agents.Lab.Consul.State;

/// <summary>Why one operation was not done.</summary>
/// <param name="OpIndex">Position of the operation, from 0.</param>
/// <param name="What">Consul's sentence for it.</param>
/// <param name="SessionFault">True when the session itself is missing or unknown, which single requests report as an error and not as <c>false</c>.</param>
internal sealed record KvFailure(int OpIndex, string What, bool SessionFault = false);
