namespace Croft.Libvirt;

/// <summary>What happens to an element of a network.</summary>
public enum NetworkUpdateCommand
{
    /// <summary>It is replaced.</summary>
    Modify = 1,

    /// <summary>It goes.</summary>
    Delete = 2,

    /// <summary>It is added at the end.</summary>
    AddLast = 3,
}
