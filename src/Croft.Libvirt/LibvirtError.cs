namespace Croft.Libvirt;

/// <summary>What went wrong, as libvirt numbers it.</summary>
public enum LibvirtError
{
    /// <summary>Ok.</summary>
    Ok = 0,

    /// <summary>Internal error.</summary>
    InternalError = 1,

    /// <summary>No support for this function.</summary>
    NoSupport = 3,

    /// <summary>Can't connect to hypervisor.</summary>
    NoConnect = 5,

    /// <summary>Invalid function argument.</summary>
    InvalidArg = 8,

    /// <summary>A command to hypervisor failed.</summary>
    OperationFailed = 9,

    /// <summary>Missing domain name information.</summary>
    NoName = 21,

    /// <summary>Detail of an XML error.</summary>
    XmlDetail = 35,

    /// <summary>Some sort of RPC error.</summary>
    Rpc = 39,

    /// <summary>Domain not found or unexpectedly disappeared.</summary>
    NoDomain = 42,

    /// <summary>Network not found.</summary>
    NoNetwork = 43,

    /// <summary>Storage pool not found.</summary>
    NoStoragePool = 49,

    /// <summary>Storage volume not found.</summary>
    NoStorageVol = 50,

    /// <summary>Operation is not applicable at this time.</summary>
    OperationInvalid = 55,

    /// <summary>Domain snapshot not found.</summary>
    NoDomainSnapshot = 72,

    /// <summary>The metadata is not present.</summary>
    NoDomainMetadata = 80,

    /// <summary>Action prevented by block copy job.</summary>
    BlockCopyActive = 83,

    /// <summary>Guest agent is unresponsive, not running or not usable.</summary>
    AgentUnresponsive = 86,

    /// <summary>The storage vol already exists.</summary>
    StorageVolExist = 90,
}
