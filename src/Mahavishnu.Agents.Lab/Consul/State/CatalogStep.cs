namespace Mahavishnu.Agents.Lab.Consul.State;

/// <summary>A change of the catalog being carried out, with the sessions that end because of it.</summary>
internal sealed class CatalogStep(WriteStep step)
{
    private Catalog Catalog
    {
        get => step.State.Catalog;
        set => step.State = step.State with { Catalog = value with { LastIndex = step.Index } };
    }

    /// <summary>Adds or replaces what is given.</summary>
    public CommandOutcome Run(ConsulCommand.Register command)
    {
        var node = command.Node.Name;
        var known = Catalog.Nodes.GetValueOrDefault(node);
        if (known is null || known with { CreateIndex = 0, ModifyIndex = 0 } != command.Node with { CreateIndex = 0, ModifyIndex = 0 })
        {
            Catalog = Catalog with { Nodes = Catalog.Nodes.SetItem(node, command.Node with { CreateIndex = known?.CreateIndex ?? step.Index, ModifyIndex = step.Index }) };
            step.Changed(ChangeKind.Node, node);
            TouchServicesOf(node);
        }

        if (command.Service is { } service)
        {
            var created = Catalog.Services.GetValueOrDefault((node, service.Id))?.CreateIndex ?? step.Index;
            Catalog = Catalog with { Services = Catalog.Services.SetItem((node, service.Id), service with { CreateIndex = created, ModifyIndex = step.Index }) };
            TouchService(service.Name);
            RemoveUnlisted(command, node, service);
        }

        foreach (var check in command.Checks)
        {
            if (PutCheck(check) is { } error)
            {
                return step.Refused(error);
            }
        }

        return step.Done();
    }

    /// <summary>Removes what is named, if it is there.</summary>
    public CommandOutcome Run(ConsulCommand.Deregister command)
    {
        if (command.ServiceId is { } service)
        {
            RemoveService(command.Node, service);
        }
        else if (command.CheckId is { } check)
        {
            RemoveCheck(command.Node, check);
        }
        else if (Catalog.Nodes.ContainsKey(command.Node))
        {
            RemoveNode(command.Node);
        }

        return step.Done();
    }

    private string? PutCheck(CatalogCheck check)
    {
        if (check.ServiceId.Length > 0)
        {
            if (Catalog.Services.GetValueOrDefault((check.Node, check.ServiceId)) is not { } service)
            {
                return "Missing service registration";
            }

            check = check with { ServiceName = service.Name, ServiceTags = service.Tags };
        }

        var old = Catalog.Checks.GetValueOrDefault((check.Node, check.CheckId));
        if (old is null || !old.SameContent(check))
        {
            Catalog = Catalog with
            {
                Checks = Catalog.Checks.SetItem((check.Node, check.CheckId), check with { CreateIndex = old?.CreateIndex ?? step.Index, ModifyIndex = step.Index }),
            };
            Touch(check);
            if (check.Status == CatalogCheck.Critical)
            {
                EndSessionsBoundTo(check);
            }
        }

        return null;
    }

    private void RemoveUnlisted(ConsulCommand.Register command, string node, CatalogService service)
    {
        if (command.ReplaceChecks)
        {
            var listed = command.Checks.Select(static check => check.CheckId).ToHashSet(StringComparer.Ordinal);
            foreach (var check in Catalog.ServiceChecks(node, service.Id).Where(check => !listed.Contains(check.CheckId)).ToList())
            {
                RemoveCheck(node, check.CheckId);
            }
        }
    }

    private void RemoveNode(string node)
    {
        foreach (var service in Catalog.ServicesOf(node).ToList())
        {
            RemoveService(node, service.Id);
        }

        foreach (var check in Catalog.NodeChecks(node).ToList())
        {
            RemoveCheck(node, check.CheckId);
        }

        Catalog = Catalog with { Nodes = Catalog.Nodes.Remove(node) };
        step.Changed(ChangeKind.Node, node);
        foreach (var session in step.State.Sessions.OfNode(node).ToList())
        {
            step.Invalidate(session);
        }
    }

    private void RemoveService(string node, string id)
    {
        if (Catalog.Services.GetValueOrDefault((node, id)) is { } service)
        {
            foreach (var check in Catalog.ServiceChecks(node, id).ToList())
            {
                RemoveCheck(node, check.CheckId);
            }

            Catalog = Catalog with { Services = Catalog.Services.Remove((node, id)) };
            TouchService(service.Name);
        }
    }

    private void RemoveCheck(string node, string id)
    {
        if (Catalog.Checks.GetValueOrDefault((node, id)) is { } check)
        {
            Catalog = Catalog with { Checks = Catalog.Checks.Remove((node, id)) };
            Touch(check);
            EndSessionsBoundTo(check);
        }
    }

    private void EndSessionsBoundTo(CatalogCheck check)
    {
        foreach (var session in step.State.Sessions.OfNode(check.Node).Where(session => session.BoundChecks.Contains(check.CheckId)).ToList())
        {
            step.Invalidate(session);
        }
    }

    private void Touch(CatalogCheck check)
    {
        step.Changed(ChangeKind.Check, $"{check.Node}/{check.CheckId}");
        if (check.ServiceId.Length > 0)
        {
            TouchService(check.ServiceName);
        }
        else
        {
            TouchServicesOf(check.Node);
        }
    }

    private void TouchServicesOf(string node)
    {
        foreach (var name in Catalog.ServicesOf(node).Select(static service => service.Name).Distinct().ToList())
        {
            TouchService(name);
        }
    }

    private void TouchService(string name)
    {
        Catalog = Catalog with { ServiceIndexes = Catalog.ServiceIndexes.SetItem(name, step.Index) };
        step.Changed(ChangeKind.Service, name);
    }
}
