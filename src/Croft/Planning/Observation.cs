using System.Collections.Immutable;
using Croft.Engines;

namespace Croft.Planning;

/// <summary>What was seen of a farm's hypervisors at one moment.</summary>
/// <param name="Inventory">What plans are made of: what is offered and not proved is left out.</param>
/// <param name="Offered">The same with everything that hypervisors say they can.</param>
/// <param name="Unproved">Acceleration that is offered and was not proved yet.</param>
/// <param name="Unmeasured">Emulation of which nobody knows yet how slow it is.</param>
public sealed record Observation(Inventory Inventory, Inventory Offered, ImmutableArray<Offer> Unproved, ImmutableArray<Offer> Unmeasured);

/// <summary>A virtualization type that a hypervisor offers for an architecture.</summary>
public sealed record Offer(HypervisorState Hypervisor, string Arch);
