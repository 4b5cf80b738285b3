using Croft.Engines;

namespace Croft.Testing;

/// <summary>What goes wrong with one operation of an engine.</summary>
enum SimulatedFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It fails and does nothing.</summary>
    Refused,

    /// <summary>It is done, but its answer says that it failed.</summary>
    AnswerLost,

    /// <summary>The program is killed before it is done.</summary>
    KilledBefore,

    /// <summary>The program is killed when it is done.</summary>
    KilledAfter,

    /// <summary>The hypervisor loses its power before it is done.</summary>
    HostDies,
}
