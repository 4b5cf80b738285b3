namespace Croft.Libvirt;

/// <summary>How the guest is asked to shut down or reboot.</summary>
[Flags]
public enum DomainShutdownFlags
{
    /// <summary>As the hypervisor chooses.</summary>
    Default = 0,
}
