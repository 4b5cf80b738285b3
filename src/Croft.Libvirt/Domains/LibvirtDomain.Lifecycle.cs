namespace Croft.Libvirt;

public sealed unsafe partial class LibvirtDomain
{
    /// <summary>Starts a defined domain; from its managed save image where there is one.</summary>
    public void Start(DomainStartFlags flags = DomainStartFlags.None) => Checked(virDomainCreateWithFlags(_handle, flags));

    /// <summary>Asks the guest to shut down; returns before it has.</summary>
    public void Shutdown(DomainShutdownFlags flags = DomainShutdownFlags.Default) => Checked(virDomainShutdownFlags(_handle, flags));

    /// <summary>Asks the guest to reboot; returns before it has.</summary>
    public void Reboot(DomainShutdownFlags flags = DomainShutdownFlags.Default) => Checked(virDomainReboot(_handle, flags));

    /// <summary>Resets the hardware at once.</summary>
    public void Reset() => Checked(virDomainReset(_handle, 0));

    /// <summary>Stops the domain at once. A transient one vanishes.</summary>
    public void Destroy(DomainDestroyFlags flags = DomainDestroyFlags.Default) => Checked(virDomainDestroyFlags(_handle, flags));

    /// <summary>Holds the processors.</summary>
    public void Suspend() => Checked(virDomainSuspend(_handle));

    /// <summary>Lets the processors go on.</summary>
    public void Resume() => Checked(virDomainResume(_handle));

    /// <summary>Takes the definition away; a running domain becomes transient.</summary>
    public void Undefine(DomainUndefineFlags flags = DomainUndefineFlags.None) => Checked(virDomainUndefineFlags(_handle, flags));

    /// <summary>Saves memory into a file of the host and stops, with another description where one is given.</summary>
    public void Save(string path, string? xml = null, DomainSaveFlags flags = DomainSaveFlags.None) => Checked(virDomainSaveFlags(_handle, path, xml, flags));

    /// <summary>Stops what another call does to the domain and takes long, such as saving its memory; that call fails, the domain goes on.</summary>
    public void AbortJob() => Checked(virDomainAbortJob(_handle));

    /// <summary>Saves memory where libvirt wants it and stops; the next start goes on from there.</summary>
    public void ManagedSave(DomainSaveFlags flags = DomainSaveFlags.None) => Checked(virDomainManagedSave(_handle, flags));

    /// <summary>Whether the next start goes on from a managed save image.</summary>
    public bool HasManagedSave => Checked(virDomainHasManagedSaveImage(_handle, 0)) == 1;

    /// <summary>Throws the managed save image away.</summary>
    public void ManagedSaveRemove() => Checked(virDomainManagedSaveRemove(_handle, 0));
}
