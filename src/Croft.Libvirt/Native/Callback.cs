namespace Croft.Libvirt.Native;

/// <summary>What libvirt's callbacks hold: a handle of the managed object that they belong to.</summary>
static class Callback
{
    internal static T Target<T>(nint opaque) => (T)GCHandle.FromIntPtr(opaque).Target!;

    /// <summary>libvirt has let go of a callback, which may be after its deregistration.</summary>
    [UnmanagedCallersOnly]
    internal static void Free(nint opaque) => GCHandle.FromIntPtr(opaque).Free();
}
