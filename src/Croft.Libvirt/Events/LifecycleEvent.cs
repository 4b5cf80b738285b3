namespace Croft.Libvirt;

/// <summary>A domain began, ended or changed its life.</summary>
/// <param name="Name">The domain's name.</param>
/// <param name="Uuid">The domain's UUID.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Detail">Why, by the kind's own numbers: <see cref="StartedDetail"/>, <see cref="StoppedDetail"/>, <see
/// cref="SuspendedDetail"/>.</param>
public sealed record LifecycleEvent(string Name, Guid Uuid, DomainEventKind Kind, int Detail);
