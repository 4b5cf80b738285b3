namespace Croft.Engines;

/// <summary>What a network device of a host is, as far as it decides what can be joined to it.</summary>
public enum DeviceKind
{
    /// <summary>One that carries frames of anybody: a card, a bond, a VLAN.</summary>
    Card,

    /// <summary>A bridge of the kernel's.</summary>
    Bridge,

    /// <summary>A bridge of Open vSwitch.</summary>
    OpenVSwitch,

    /// <summary>A port of a bridge or a bond already.</summary>
    Port,

    /// <summary>A card of Wi-Fi, whose frames have its own MAC only.</summary>
    Wireless,

    /// <summary>A tap device.</summary>
    Tap,

    /// <summary>One without Ethernet frames: the loopback, a tunnel.</summary>
    Frameless,
}
