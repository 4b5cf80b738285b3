namespace Croft.Engines;

/// <summary>One hypervisor, as the rest of Croft speaks to it. What exists there is asked, never remembered.</summary>
public partial interface IEngine : IDisposable
{
    internal const string LostHint = "croft hypervisors says which answer";

    /// <summary>The hypervisor's name in the farm file.</summary>
    string Name { get; }

    /// <summary>Whether it is the calling user's own, without privilege: no networks of its own, user networking only.</summary>
    bool IsSession { get; }

    /// <summary>Whether the connection broke.</summary>
    bool IsLost { get; }

    /// <summary>
    /// Calls <paramref name="signal"/> with what happens to one machine until disposed; from a thread of the engine's, so it must return at once. Several may watch
    /// one machine; all of them hear.
    /// </summary>
    IDisposable Watch(string domain, Action<MachineSignal> signal);
}
