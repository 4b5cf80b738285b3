using System.Globalization;
using System.Text;
using Croft.Planning;

namespace Croft.Tests.Planning;

/// <summary>A plan as text, to be approved.</summary>
static class PlanText
{
    /// <summary>What people decide by: where, which address, what happens and why.</summary>
    public static string Of(Plan plan)
    {
        var text = new StringBuilder();
        foreach (var machine in plan.Machines)
        {
            var addresses = string.Join(
                ' ',
                machine.Nics.Select(n => $"{n.Network}={n.Address?.ToString() ?? (n.Port is null ? "-" : "port")}")
            );
            text.Append(
                CultureInfo.InvariantCulture,
                $"{machine.Spec.Name} on {machine.Hypervisor ?? "-"} ({machine.VirtType}) {addresses}: {machine.Action.ToString().ToLowerInvariant()}, {machine.Reason}\n"
            );
        }

        foreach (var network in plan.Networks)
            text.Append(
                CultureInfo.InvariantCulture,
                $"network {network.Definition.Name} {network.Definition.Cidr} on {network.Hypervisor}{(network.Exists ? "" : ", new")}: {string.Join(' ', network.Definition.Reservations.Select(r => r.Host))}\n"
            );
        foreach (var name in plan.Undeclared)
            text.Append(CultureInfo.InvariantCulture, $"undeclared {name}\n");
        return text.Append(Problems(plan)).ToString();
    }

    /// <summary>Everything that a plan decides.</summary>
    public static string Whole(Plan plan)
    {
        var text = new StringBuilder(Of(plan));
        foreach (var machine in plan.Machines)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{machine.Spec.Name} {machine.Uuid} {machine.HardwareDigest} {machine.DiskDigest} {string.Join(' ', machine.Nics.Select(n => $"{n.Mac} {n.Bridge} {n.Port}"))}\n"
            );
            foreach (var layer in machine.Layers)
                text.Append(CultureInfo.InvariantCulture, $"  {layer.Name} {layer.Key} {layer.Present}\n");
        }

        foreach (var network in plan.Networks)
            text.Append(
                CultureInfo.InvariantCulture,
                $"{network.Hypervisor} {network.Definition.Bridge} {string.Join(' ', network.Definition.Reservations)}\n"
            );
        return text.ToString();
    }

    public static string Problems(Plan plan) => string.Concat(plan.Problems.Select(p => p + "\n"));
}
