namespace Mahavishnu.Agents.TestKit.Leadership;

/// <summary>A promise of the protocol was broken; the message holds the seed and the timeline up to that moment.</summary>
public sealed class InvariantViolationException(string message) : Exception(message);
