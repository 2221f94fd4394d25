namespace Mahavishnu.Agents.Lab.Consul;

/// <summary>A write could not be logged, so it was not done; the disk is full or broken.</summary>
internal sealed class WriteLogException(string path, IOException cause)
    : Exception($"The write could not be logged to {path}: {cause.Message} Free space there or move the data directory.", cause);
