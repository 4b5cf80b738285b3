namespace Croft.Libvirt;

/// <summary>A guest rebooted.</summary>
/// <param name="Name">The domain's name.</param>
/// <param name="Uuid">The domain's UUID.</param>
public sealed record RebootEvent(string Name, Guid Uuid);
