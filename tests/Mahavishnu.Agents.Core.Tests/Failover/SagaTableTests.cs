using Mahavishnu.Agents.Core.Failover;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Failover;

public sealed class SagaTableTests
{
    // Runbooks, logs and metrics name these ids: a step keeps its own for ever.
    [Theory]
    //          id      kind               step                      work                   irreversible  graceful only
    [InlineData("F-01", SagaKind.Failover, SagaStep.DrainSource,     StepWork.Traffic,      false,        false)]
    [InlineData("F-02", SagaKind.Failover, SagaStep.FenceSource,     StepWork.Data,         true,         false)]
    [InlineData("F-03", SagaKind.Failover, SagaStep.CatchUp,         StepWork.Data,         true,         true)]
    [InlineData("F-04", SagaKind.Failover, SagaStep.PromoteDatabase, StepWork.Data,         true,         false)]
    [InlineData("F-05", SagaKind.Failover, SagaStep.PromoteSearch,   StepWork.Data,         true,         false)]
    [InlineData("F-06", SagaKind.Failover, SagaStep.Redirect,        StepWork.Traffic,      false,        false)]
    [InlineData("F-07", SagaKind.Failover, SagaStep.Verify,          StepWork.Observation,  false,        false)]
    [InlineData("F-08", SagaKind.Failover, SagaStep.Watch,           StepWork.Observation,  false,        false)]
    [InlineData("B-01", SagaKind.Failback, SagaStep.VerifyOriginal,  StepWork.Observation,  false,        false)]
    [InlineData("B-02", SagaKind.Failback, SagaStep.SyncData,        StepWork.Data,         false,        false)]
    [InlineData("B-03", SagaKind.Failback, SagaStep.DrainFailover,   StepWork.Traffic,      false,        false)]
    [InlineData("B-04", SagaKind.Failback, SagaStep.EnableOriginal,  StepWork.Traffic,      false,        false)]
    [InlineData("B-05", SagaKind.Failback, SagaStep.VerifyFailback,  StepWork.Observation,  false,        false)]
    public void Rows_Step_HasOneRow(string id, SagaKind kind, SagaStep step, StepWork work, bool irreversible, bool gracefulOnly)
    {
        var row = Assert.Single(SagaTable.Rows, r => r.Step == step);

        Assert.Equal((id, kind, work, irreversible, gracefulOnly), (row.Id, row.Kind, row.Work, row.Irreversible, row.GracefulOnly));
        Assert.Same(row, SagaTable.Row(step));
        Assert.NotEmpty(row.Does);
        Assert.NotEmpty(row.Compensation);
    }

    [Fact]
    public void Rows_All_CoverEveryStepInOrderUnderIdsOfTheirOwn()
    {
        Assert.Equal(Enum.GetValues<SagaStep>(), SagaTable.Rows.Select(static r => r.Step));
        Assert.Equal(SagaTable.Rows.Count, SagaTable.Rows.Select(static r => r.Id).Distinct().Count());
    }
}
