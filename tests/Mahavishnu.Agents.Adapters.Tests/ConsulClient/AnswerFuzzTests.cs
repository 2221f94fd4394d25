using System.Text.Json;
using CsCheck;
using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.TestKit.Fuzzing;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Consul.ClientFixture;

namespace Mahavishnu.Agents.Adapters.Tests.Consul;

/// <summary>A store that answers anything in any way: every call gives a value within its deadline, and Ok only for what Consul could have said.</summary>
public sealed class AnswerFuzzTests
{
    private const string Entry = """{"LockIndex":1,"Key":"a/b","Flags":9,"Value":"dGVzdA==","Session":"s-1","CreateIndex":3,"ModifyIndex":7}""";
    private const string Session = """[{"ID":"s-1","Name":"A","Node":"n","LockDelay":0,"Behavior":"release","TTL":"10s","NodeChecks":[],"ServiceChecks":[{"ID":"c"}],"CreateIndex":5,"ModifyIndex":5}]""";
    private static readonly RegionId s_region = new("eu-west-1");

    /// <summary>What Consul says to each call, with its status.</summary>
    private static readonly (string Call, string Status, string Body)[] s_sound =
    [
        ("create", "200", """{"ID":"adf4238a-882b-9ddc-4a9d-5b6758e4159e"}"""), ("renew", "200", Session), ("renew", "404", "Session id 's-1' not found"), ("destroy", "200", "true"), ("info", "200", Session), ("info", "200", "[]"),
        ("get", "200", $"[{Entry}]"), ("get", "404", ""), ("list", "200", $"[{Entry},{Entry.Replace("a/b", "a/c", StringComparison.Ordinal)}]"), ("leader", "200", "\"127.0.0.1:8300\""), ("peers", "200", "[\"127.0.0.1:8300\"]"),
        ("put", "200", "true"), ("cas", "200", "false"), ("acquire", "200", "true"), ("release", "200", "true"), ("delete", "200", "true"), ("delete-cas", "200", "false"),
        ("txn", "200", $$"""{"Results":[{"KV":{{Entry}}}],"Errors":null}"""), ("txn", "409", """{"Results":null,"Errors":[{"OpIndex":0,"What":"index is stale"}]}"""), ("register", "200", ""), ("deregister", "200", ""), ("pass", "200", ""),
    ];

    private static readonly Gen<(string Call, RawAnswer Answer)> Cases = Gen.Int[0, s_sound.Length - 1].SelectMany(static i => RawAnswer.Of(s_sound[i].Status, Bodies(s_sound[i].Body)).Select(answer => (s_sound[i].Call, answer)));

    private static readonly string[] s_texts =
        ["No cluster leader", "rpc error making call: No path to datacenter", "invalid session \"x\"", "rate limit exceeded", "Session id 'x' not found", "<html>", "raft apply failed: leadership lost while committing log"];

    [Fact]
    public async Task EveryCall_AnyAnswer_IsAValueInTimeAndOkOnlyForWhatConsulSays()
    {
        RawAnswer? next = null;
        await using var peer = ScriptedPeer.Start(exchange => next!.SendAsync(exchange));

        await Fuzz.HoldsAsync(Cases, 700, async found =>
        {
            next = found.Answer;
            using var client = Connect(peer.Address);

            // The wait for what never comes is short; anything else has all the time of a busy machine.
            var result = await Calls.ByName(found.Call)(client, Limit(found.Answer), Cancellation);

            if (Calls.CaseOf(result) == "Ok")
            {
                AssertMakesSense(found.Call, result, found.Answer);
            }
            else if (found.Answer.Status == "200")
            {
                // The peer had the whole request.
                Assert.Equal("Unknown", Calls.CaseOf(result));
            }
        });
    }

    [Fact]
    public async Task SendAsync_AnyAnswer_IsAnAnswerToThatRequest()
    {
        RawAnswer? next = null;
        await using var peer = ScriptedPeer.Start(exchange => next!.SendAsync(exchange));

        await Fuzz.HoldsAsync(Gen.Int[0, 9].SelectMany(static which => Gen.Select(Gen.Const(which), AnswerTo(which))), 700, async found =>
        {
            var (which, answer) = found;
            next = answer;
            using var client = Connect(peer.Address);
            var control = new ConsulControlStore(s_region, "a/", "me", client, client);

            var said = await control.SendAsync(Request(which, Limit(answer)), Cancellation);

            Assert.Equal((s_region, 9L), (said.Store, said.Correlation));
            Assert.True(said.Kind != StoreAnswerKind.Ok || answer.Received is not null, "Ok without an answer");
            Assert.True(said.Session is null || (which == 0 && said.Session.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-')));
            Assert.True(said.Kind != StoreAnswerKind.Ok || which is not (6 or 7) || said.Index > 0, "a write without an index");
            if (said.State is { Leader.Session: { } holder })
            {
                // Whoever holds the lock, by whatever name: its session can be asked to go.
                await control.SendAsync(new StoreRequest.DestroySession(s_region, 9, Limit(answer), holder), Cancellation);
            }
        });
    }

    private static TimeSpan Limit(RawAnswer answer) => answer.Delivery == Delivery.CutAndSilent ? TimeSpan.FromMilliseconds(80) : Deadline;

    private static Gen<string> Bodies(string sound) => Gen.Frequency(
        (6, JsonEdits.Of(sound, "\"s-1\"", "\"s-2\"", "\"a/b\"", "\"a/\"", "\"10s\"", "\"9223372036854775807ns\"", "\"99999999999h\"", "\"release\"")),
        (2, Gen.Const(sound)),
        (1, Fuzz.Garbage),
        (1, Gen.Int[0, s_texts.Length - 1].Select(static i => s_texts[i])));

    private static StoreRequest Request(int which, TimeSpan limit) => which switch
    {
        0 => new StoreRequest.CreateSession(s_region, 9, limit, TimeSpan.FromSeconds(10)),
        1 => new StoreRequest.RenewSession(s_region, 9, limit, "s-1"),
        2 => new StoreRequest.DestroySession(s_region, 9, limit, "s-1"),
        3 => new StoreRequest.ReadState(s_region, 9, limit),
        4 => new StoreRequest.Acquire(s_region, 9, limit, "s-1", "me"),
        5 => new StoreRequest.WriteHeartbeat(s_region, 9, limit, "s-1", "beat"),
        6 => new StoreRequest.WriteEpoch(s_region, 9, limit, "s-1", 2, 7, "members"),
        7 => new StoreRequest.WriteJournal(s_region, 9, limit, "s-1", 7, 7, "record"),
        8 => new StoreRequest.DestroySession(s_region, 9, limit, "../x"),
        _ => new StoreRequest.Release(s_region, 9, limit, "s-1", "marker"),
    };

    private static Gen<RawAnswer> AnswerTo(int which)
    {
        string[] all = ["leader", "heartbeat", "epoch", "journal/current", "members", "maintenance"];
        var body = which switch
        {
            0 => s_sound[0].Body,
            1 => Session,
            2 or 8 => "true",
            3 => Results(all),
            4 => Results(["leader", .. all]),
            5 => Results(["leader", "heartbeat"]),
            6 => Results(["leader", "epoch", "members"]),
            7 => Results(["leader", "epoch", "journal/current"]),
            _ => Results(["leader", "heartbeat", "leader"]),
        };
        return RawAnswer.Of("200", Bodies(body));
    }

    private static string Results(string[] keys) =>
        $$"""{"Results":[{{string.Join(',', keys.Select(static key => $$"""{"KV":{{Entry.Replace("a/b", "a/" + key, StringComparison.Ordinal)}}}"""))}}],"Errors":null}""";

    private static void AssertMakesSense(string call, object ok, RawAnswer answer)
    {
        var body = answer.Received;
        Assert.NotNull(body);
        Assert.True(answer.Status is "200" or "404" or "409", answer.Status);
        var json = body.Length == 0 || answer.Status == "404" ? default : JsonDocument.Parse(body).RootElement;
        switch (ok)
        {
            case ConsulResult<bool>.Ok { Value: var flag }:
                Assert.True(call is "register" or "deregister" or "pass" ? body.Length == 0 && flag : json.GetBoolean() == flag);
                break;
            case ConsulResult<string>.Ok { Value: var text } when call == "create":
                Assert.Equal(json.GetProperty("ID").GetString(), text);
                break;
            case ConsulResult<string?>.Ok { Value: var leader }:
                Assert.Equal(json.GetString() ?? "", leader ?? "");
                break;
            case ConsulResult<SessionRenewal>.Ok { Value: SessionRenewal.Renewed }:
                Assert.Equal("s-1", json.EnumerateArray().Single().GetProperty("ID").GetString());
                break;
            case ConsulResult<SessionRenewal>.Ok:
                Assert.Equal("404", answer.Status);
                Assert.Contains("Session id '", body, StringComparison.Ordinal);
                break;
            case ConsulResult<ConsulSession?>.Ok { Value: var session }:
                Assert.Equal((json.GetArrayLength(), "s-1"), (session is null ? 0 : 1, session?.Id ?? "s-1"));
                break;
            case ConsulResult<ConsulEntry?>.Ok { Value: var entry, Index: > 0 }:
                Assert.Equal(entry is null, answer.Status == "404");
                Assert.True(entry is null or { Key: "a/b", ModifyIndex: > 0 });
                break;
            case ConsulResult<IReadOnlyList<ConsulEntry>>.Ok { Value: var entries, Index: > 0 }:
                Assert.Equal(answer.Status == "404" ? 0 : json.GetArrayLength(), entries.Count);
                Assert.All(entries, static e => Assert.True(e.ModifyIndex > 0 && e.Key.StartsWith("a/", StringComparison.Ordinal)));
                break;
            case ConsulResult<TransactionAnswer>.Ok { Value: TransactionAnswer.Committed { Entries: [{ Key: "a/b", ModifyIndex: > 0 }] } }:
                Assert.Equal("200", answer.Status);
                break;
            case ConsulResult<TransactionAnswer>.Ok { Value: TransactionAnswer.Conflict { Errors.Count: > 0 } }:
                Assert.Equal("409", answer.Status);
                break;
            case ConsulResult<IReadOnlyList<string>>.Ok { Value: var peers }:
                Assert.Equal(json.GetArrayLength(), peers.Count);
                break;
            default:
                Assert.Fail($"{call}: {ok}");
                break;
        }
    }
}
