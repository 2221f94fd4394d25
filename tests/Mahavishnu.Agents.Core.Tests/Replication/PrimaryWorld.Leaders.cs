using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Core.Tests.Replication;

/// <content>Leaders, one at a time, that move the right to write as a saga does: forward, to the same target.</content>
internal sealed partial class PrimaryWorld
{
    private void Watch(Store store) => Call(false, () => store.Proof, proof => _seen.Saw(store.Name, proof, _now));

    private void Lead() => Read(Move, Lead);

    private void Move(PrimaryClaim replaced)
    {
        var target = _random.Next(3);
        if (Names[target] == replaced.Region)
        {
            At(TimeSpan.FromSeconds(1), Lead);
            return;
        }

        Write(replaced, replaced.Region, target, mistake == PrimaryMistake.ClaimAtOneStore ? 1 : 2);
    }

    /// <summary>Under a new token, until the claim stands.</summary>
    private void Again(RegionId source, int target) => Read(newest => Write(newest, source, target, 2), () => Again(source, target));

    /// <summary>Asks every store for its claim.</summary>
    private void Read(Action<PrimaryClaim> newest, Action tooFew)
    {
        var read = new List<PrimaryClaim>();
        foreach (var store in _stores)
        {
            Call(false, () => store.Claim!, read.Add);
        }

        At(TimeSpan.FromSeconds(5), () =>
        {
            if (read.Count >= 2)
            {
                newest(read.MaxBy(static c => c.Token)!);
            }
            else
            {
                tooFew();
            }
        });
    }

    private void Write(PrimaryClaim replaced, RegionId source, int target, int needed)
    {
        var claim = new PrimaryClaim(Names[target], 1, ++_token);
        var stands = new List<RegionId>();
        foreach (var store in _stores)
        {
            Call(
                false,
                () =>
                {
                    store.Claim = store.Claim!.Token < claim.Token ? claim : store.Claim;
                    return (Taken: store.Claim == claim, store.Proof);
                },
                answer =>
                {
                    if (answer.Taken)
                    {
                        stands.Add(store.Name);
                        _seen.Saw(store.Name, answer.Proof, _now);
                    }
                });
        }

        At(Heartbeat, () =>
        {
            if (stands.Count < needed)
            {
                Again(source, target);
            }
            else
            {
                Revoked(replaced, claim, stands, Array.IndexOf(Names, source), target);
            }
        });
    }

    private void Revoked(PrimaryClaim replaced, PrimaryClaim claim, List<RegionId> stands, int source, int target)
    {
        var lastSent = _seen.LastSent(stands, replaced, _now);
        if (mistake == PrimaryMistake.NewClaimForgotten && lastSent == _now)
        {
            lastSent = _now - Timing.RevocationWait;
        }

        var until = lastSent + (mistake == PrimaryMistake.ShortWait ? Timing.Validity - TimeSpan.FromMilliseconds(500) : Timing.RevocationWait);
        if (_random.Next(2) == 0)
        {
            // The source can be reached, and confirms.
            _regions[source].Database = _regions[source].Database with { Fenced = true, Token = Math.Max(claim.Token, _regions[source].Database.Token) };
            until = _now;
        }

        At(TimeSpan.FromTicks(Math.Max(0, (until - _now).Ticks)), () =>
        {
            _regions[target].Database = new GuardedDatabase(true, false, Math.Max(claim.Token, _regions[target].Database.Token));
            Moves++;
            At(TimeSpan.FromSeconds(_random.NextDouble() * 12), Lead);
        });
    }
}
