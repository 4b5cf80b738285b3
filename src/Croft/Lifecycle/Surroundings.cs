namespace Croft.Lifecycle;

/// <summary>What the library may not find out by itself: the program that uses it says so.</summary>
/// <param name="Data">The user's folder that is kept: ssh key, pools. <c>~/.local/share/croft</c>.</param>
/// <param name="Cache">The user's folder that can be made again: images. <c>~/.cache/croft</c>.</param>
/// <param name="Runtime">A folder of the user's own with a short path: sockets.</param>
/// <param name="LocalUri">The local hypervisor: <c>qemu:///system</c> for root, <c>qemu:///session</c> otherwise.</param>
/// <param name="SessionPool">Folder of Croft's pool on the user's own hypervisor.</param>
public sealed record Surroundings(string Data, string Cache, string Runtime, string LocalUri, string SessionPool, TimeProvider Clock)
{
    /// <summary>The private key that logs in to guests.</summary>
    public string UserKey => Path.Combine(Data, "id_ed25519");
}
