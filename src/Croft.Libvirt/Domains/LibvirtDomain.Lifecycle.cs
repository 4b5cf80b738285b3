namespace Croft.Libvirt;

public sealed unsafe partial class LibvirtDomain
{
    /// <summary>Starts a defined domain; from its managed save image where there is one.</summary>
    public void Start(DomainStartFlags flags = DomainStartFlags.None) => Checked(virDomainCreateWithFlags(handle, flags));

    /// <summary>Asks the guest to shut down; returns before it has.</summary>
    public void Shutdown(DomainShutdownFlags flags = DomainShutdownFlags.Default) => Checked(virDomainShutdownFlags(handle, flags));

    /// <summary>Resets the hardware at once.</summary>
    public void Reset() => Checked(virDomainReset(handle, 0));

    /// <summary>Stops the domain at once. A transient one vanishes.</summary>
    public void Destroy(DomainDestroyFlags flags = DomainDestroyFlags.Default) => Checked(virDomainDestroyFlags(handle, flags));

    /// <summary>Holds the processors.</summary>
    public void Suspend() => Checked(virDomainSuspend(handle));

    /// <summary>Lets the processors go on.</summary>
    public void Resume() => Checked(virDomainResume(handle));

    /// <summary>Takes the definition away; a running domain becomes transient.</summary>
    public void Undefine(DomainUndefineFlags flags = DomainUndefineFlags.None) => Checked(virDomainUndefineFlags(handle, flags));

    /// <summary>Saves memory into a file of the host and stops, with another description where one is given.</summary>
    public void Save(string path, string? xml = null, DomainSaveFlags flags = DomainSaveFlags.None) =>
        Checked(virDomainSaveFlags(handle, path, xml, flags));

    /// <summary>
    /// Stops what another call does to the domain and takes long, such as saving its memory; that call fails, the domain goes on.
    /// </summary>
    public void AbortJob() => Checked(virDomainAbortJob(handle));

    /// <summary>Saves memory where libvirt wants it and stops; the next start goes on from there.</summary>
    public void ManagedSave(DomainSaveFlags flags = DomainSaveFlags.None) => Checked(virDomainManagedSave(handle, flags));

    /// <summary>Whether the next start goes on from a managed save image.</summary>
    public bool HasManagedSave => Checked(virDomainHasManagedSaveImage(handle, 0)) == 1;

    /// <summary>Throws the managed save image away.</summary>
    public void ManagedSaveRemove() => Checked(virDomainManagedSaveRemove(handle, 0));
}
