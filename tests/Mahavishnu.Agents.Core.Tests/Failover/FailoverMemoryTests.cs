using System.Collections.Immutable;
using System.Reflection;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
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

    [Fact]
    public void Memory_EveryField_IsWrittenAndRead()
    {
        var memory = new FailoverMemory();
        var fields = typeof(FailoverMemory).GetProperties().SelectMany(part => part.PropertyType.GetProperties().Select(field => (part, field))).ToList();
        foreach (var (part, field) in fields)
        {
            field.SetValue(part.GetValue(memory), Sample(field.PropertyType));
        }

        var snapshot = new FlightEntry.Snapshot(TimeSpan.Zero, DateTimeOffset.UnixEpoch, "a", "v", 0, 0, FlightWorld.SettingsOf(Given.Eu), memory);
        var read = ((FlightEntry.Snapshot)new FlightDecoder().Read(new FlightEncoder().Write(snapshot)).Entry!).Memory;

        Assert.All(fields, f =>
        {
            var value = f.field.GetValue(f.part.GetValue(read));
            Assert.Equal(f.field.GetValue(f.part.GetValue(memory)), value);
            Assert.NotEqual(f.field.GetValue(Activator.CreateInstance(f.part.PropertyType)), value);
        });
    }

    /// <summary>A value that is no default.</summary>
    private static object Sample(Type type) =>
        type == typeof(long) ? 7L
        : type == typeof(bool) ? true
        : type == typeof(string) ? "seen"
        : type == typeof(TimeSpan) || type == typeof(TimeSpan?) ? TimeSpan.FromTicks(123_456_789)
        : type == typeof(EffectResult?) ? EffectResult.Partial
        : type == typeof(RecordNote) ? new RecordNote(3, 4, "fo-1", SagaStep.Watch, StepPhase.Done)
        : type == typeof(JournalRecord) ? Given.FailoverPlan(Given.AllSteps) with { Epoch = 3, Sequence = 4 }
        : type == typeof(ImmutableSortedDictionary<RegionId, TimeSpan>) ? ImmutableSortedDictionary<RegionId, TimeSpan>.Empty.Add(Given.Eu, TimeSpan.FromTicks(3)).Add(Given.Us, TimeSpan.FromTicks(5))
        : throw new NotSupportedException($"Say here what a sample of {type} is.");

    // Parameters of primary constructors are fields that only a compiler could assign; none is, or it would not be a value.
    private static bool IsParameter(FieldInfo field) => field.Name.StartsWith('<');

    /// <summary>Records of values, and other types that never change.</summary>
    private static bool IsValue(Type type) => type.IsValueType || type.Name == "RoutingTable" || type.GetMethod("<Clone>$") is not null;

    private static bool IsPart(Type type) => new[] { nameof(SagaMachine), "DecisionFacts", nameof(FailbackWatch) }.Contains(type.Name);
}
