using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Failover;

/// <content>What the loop tells people: logs, audit, metrics; changes, not states.</content>
internal sealed partial class FailoverLoop
{
    private void TellVerdicts(IReadOnlyList<FailoverVerdict> verdicts)
    {
        foreach (var verdict in verdicts)
        {
            var told = $"{verdict.Kind} {verdict.Target}";
            if (_told.GetValueOrDefault(verdict.Source, $"{DecisionKind.NoFailover} ") == told)
            {
                continue;
            }

            _told[verdict.Source] = told;
            LogVerdict(verdict.Source, verdict.Kind, verdict.Target?.Value ?? "none", verdict.Reason);
            _records.Audit.Write("agent", "decision", verdict.Source.Value, verdict.Kind.ToString(), new { target = verdict.Target?.Value, verdict.Risk, verdict.Reason, verdict.Rules });
            if (verdict.Kind == DecisionKind.ManualIntervention)
            {
                Page($"{verdict.Source}: {verdict.Reason}");
            }
        }
    }

    /// <summary>What only a minority sees is told once when it begins and once when it ends; nothing is done about it.</summary>
    private void TellAdvisories(FailoverState state)
    {
        foreach (var region in state.Input.View.Regions.Values)
        {
            if (region.Advisory is { } advisory && _advised.Add(region.Region))
            {
                LogAdvisory(region.Region, advisory);
                _records.Audit.Write("agent", "advisory", region.Region.Value, "raised", new { advisory });
            }
            else if (region.Advisory is null && _advised.Remove(region.Region))
            {
                LogAdvisory(region.Region, "no minority says otherwise any more");
                _records.Audit.Write("agent", "advisory", region.Region.Value, "cleared");
            }
        }
    }

    /// <summary>Leadership raises the same alarm at every attempt; a person is called once.</summary>
    private void TellAlarm(string reason)
    {
        if (reason != _alarmTold)
        {
            _alarmTold = reason;
            Page(reason);
        }
    }

    /// <summary>What a data step did, or why it could not; a step that is repeated for the same reason is told once.</summary>
    private (EffectResult Result, string Detail) TellData(JournalRecord record, (EffectResult Result, string Detail) outcome)
    {
        var told = $"{record.PlanId} {record.Step} {outcome.Result}: {outcome.Detail}";
        if (told != _dataTold)
        {
            _dataTold = told;
            LogData(record.PlanId, record.Step, outcome.Result, outcome.Detail);
            _records.Audit.Write("agent", "data.apply", record.PlanId, outcome.Result.ToString(), new { step = record.Step.ToString(), source = record.Source.Value, target = record.Target.Value, record.Epoch, record.Sequence, outcome.Detail });
        }

        return outcome;
    }

    private void TellTrouble(string? trouble)
    {
        if (trouble is not null && trouble != _troubleTold)
        {
            Page(trouble);
        }

        _troubleTold = trouble;
    }

    private void Page(string reason)
    {
        LogPage(reason);
        _records.Audit.Write("agent", "page", _settings.Region.Value, "raised", new { reason });
        _records.Metrics.Paged();
    }

    private void Publish(FailoverState state)
    {
        var standing = _leadership.Standing;
        TellAdvisories(state);
        _records.Metrics.Show(_settings.Region, standing, standing.Role == Role.Leader ? standing.ValidUntil - _clock.Now : TimeSpan.Zero, state.Input.View, _records.Audit.Written);
    }

    [LoggerMessage(1501, LogLevel.Information, "{Plan}: {Step} {Phase} ({Source} -> {Target}, epoch {Epoch}, record {Sequence})")]
    private partial void LogRecord(string plan, SagaStep step, StepPhase phase, RegionId source, RegionId target, long epoch, long sequence);

    [LoggerMessage(1502, LogLevel.Information, "Verdict for {Region}: {Decision}, target {Target}: {Reason}")]
    private partial void LogVerdict(RegionId region, DecisionKind decision, string target, string reason);

    [LoggerMessage(1504, LogLevel.Warning, "Advisory for {Region}: {Advisory}")]
    private partial void LogAdvisory(RegionId region, string advisory);

    [LoggerMessage(1505, LogLevel.Information, "{Plan}: {Step} on databases: {Result}: {Detail}")]
    private partial void LogData(string plan, SagaStep step, EffectResult result, string detail);

    [LoggerMessage(1503, LogLevel.Error, "A person is needed: {Reason}")]
    private partial void LogPage(string reason);
}
