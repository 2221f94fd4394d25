using System.Reflection;
using Mahavishnu.Agents.Core.Failover;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Failover;

/// <summary>What the machine remembers can be taken out whole: a field that is added cannot be forgotten.</summary>
public sealed class FailoverMemoryTests
{
    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    private static readonly Type[] Memories = [typeof(TermMemory), typeof(SagaMemory), typeof(DecisionMemory), typeof(FailbackMemory)];

    private static Type Part(string name) => typeof(FailoverMachine).Assembly.GetType($"{typeof(FailoverMachine).Namespace}.{name}", throwOnError: true)!;

    [Theory]
    //          part of the machine            where it keeps what it remembers
    [InlineData(nameof(FailoverMachine),       typeof(TermMemory))]
    [InlineData(nameof(SagaMachine),           typeof(SagaMemory))]
    [InlineData("DecisionFacts",               typeof(DecisionMemory))]
    [InlineData(nameof(FailbackWatch),         typeof(FailbackMemory))]
    public void Part_OfTheMachine_ChangesNothingButItsMemory(string part, Type memory)
    {
        var changes = Part(part).GetFields(Instance).Where(static f => !f.IsInitOnly && !IsParameter(f)).ToList();

        Assert.Equal(memory, Assert.Single(changes).FieldType);
        Assert.All(Part(part).GetFields(Instance), static f => Assert.True(IsValue(f.FieldType) || IsPart(f.FieldType), $"{f.DeclaringType}.{f.Name}"));
    }

    [Fact]
    public void Memory_AnyPart_IsImmutableAndInTheWhole()
    {
        Assert.Equal(Memories.ToHashSet(), typeof(FailoverMemory).GetProperties().Select(static p => p.PropertyType).ToHashSet());
        Assert.All(Memories.Append(typeof(FailoverMemory)).SelectMany(static m => m.GetFields(Instance)), static f => Assert.True(f.IsInitOnly, $"{f.DeclaringType}.{f.Name}"));
    }

    // Parameters of primary constructors are fields that only a compiler could assign; none is, or it would not be a value.
    private static bool IsParameter(FieldInfo field) => field.Name.StartsWith('<');

    /// <summary>Records of values, and other types that never change.</summary>
    private static bool IsValue(Type type) => type.IsValueType || type.Name == "RoutingTable" || type.GetMethod("<Clone>$") is not null;

    private static bool IsPart(Type type) => new[] { nameof(SagaMachine), "DecisionFacts", nameof(FailbackWatch) }.Contains(type.Name);
}
