namespace Mahavishnu.Agents.Lab.Consul.Http;

/// <summary>What a read found.</summary>
/// <param name="Body">The document, null when there is none.</param>
/// <param name="Index">The index that the client may wait on.</param>
/// <param name="Found">False when the thing asked for is absent.</param>
internal sealed record ReadAnswer(object? Body, ulong Index, bool Found = true);
