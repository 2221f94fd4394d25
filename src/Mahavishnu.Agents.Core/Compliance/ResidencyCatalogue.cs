using Mahavishnu.Agents.Core.Mutations;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Compliance;

/// <summary>Where each data class may live, by the jurisdiction that it comes from. Unknown means no.</summary>
/// <param name="Classes">By class: null where the class may live anywhere, else by jurisdiction of origin the allowed jurisdictions.</param>
public sealed record ResidencyCatalogue(IReadOnlyDictionary<string, IReadOnlyDictionary<string, IReadOnlyList<string>>?> Classes)
{
    /// <summary>Whether everything that <paramref name="source"/> holds may live in <paramref name="target"/>, and why (not).</summary>
    public (bool Lawful, string Reason) MayMove(RegionFacts source, RegionFacts target)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        if (Mutant.Has(Mutation.ResidencySkipped))
        {
            return (true, "");
        }

        if (source.DataClasses is not { } classes)
        {
            return (false, $"the data classes that {source.Region} holds are not configured");
        }

        var forbidden = classes.Select(c => Objection(c, source, target)).FirstOrDefault(static o => o is not null);
        return forbidden is null
            ? (true, classes.Count == 0 ? $"{source.Region} holds no data class" : $"every data class of {source.Region} may live in {target.Region}")
            : (false, forbidden);
    }

    private string? Objection(string dataClass, RegionFacts source, RegionFacts target)
    {
        if (!Classes.TryGetValue(dataClass, out var rule))
        {
            return $"data class {dataClass} is not in the catalogue";
        }

        return rule is null ? null
            : source.Residency is not { } from ? $"the data residency of {source.Region} is not configured"
            : target.Residency is not { } to ? $"the data residency of {target.Region} is not configured"
            : rule.TryGetValue(from, out var allowed) && allowed.Contains(to, StringComparer.Ordinal) ? null
            : $"data class {dataClass} from {from} may not live in {to}";
    }
}
