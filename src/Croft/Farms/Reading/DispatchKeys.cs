using System.Collections.Immutable;

namespace Croft.Farms.Reading;

static class DispatchKeys
{
    public static readonly ChoiceShape<string> VirtType = new(
        ("kvm", "kvm"),
        ("qemu", "qemu"),
        (DispatchRules.Container, DispatchRules.Container)
    );

    public static readonly Field<ImmutableArray<Item<string>>> PriorityDomains = new(
        "priority_domains",
        new ListShape<string>(VirtType, least: 1),
        "Virtualization types, best first. Of these, an architecture gets the first that some hypervisor offers."
    )
    {
        DefaultText = "`[kvm, qemu]`",
    };

    public static readonly Field<DispatchPolicy> Policy = new(
        "policy",
        new ChoiceShape<DispatchPolicy>(("fair", DispatchPolicy.Fair), ("spread", DispatchPolicy.Spread), ("pack", DispatchPolicy.Pack)),
        "How hypervisors are chosen: in turn, the emptiest, or as few as possible."
    )
    {
        DefaultText = "`fair`",
    };

    public static readonly Field<int> Retry = new(
        "retry",
        new NumberShape(0, 9),
        "How often Croft places a machine again when its hypervisor goes away while it is being made."
    )
    {
        DefaultText = $"`{DispatchRules.DefaultRetry}`",
    };

    public static readonly MapShape Map = new("dispatch", [PriorityDomains, Policy, Retry]);
}
