namespace Croft;

/// <summary>Whose fault an error is; each kind is one exit code.</summary>
public enum FaultKind
{
    /// <summary>The farm's own tests or phases failed: exit code 1.</summary>
    Farm = 1,

    /// <summary>Bad usage or a bad farm file: exit code 2.</summary>
    Usage = 2,

    /// <summary>The world refused: hypervisor, capacity, network, image: exit code 3.</summary>
    World = 3,
}

/// <summary>An error that people can act on. Anything else that is thrown is a bug in Croft (exit code 70).</summary>
public sealed class CroftException : Exception
{
    /// <summary>Creates an error of a kind, with what to do next and what caused it.</summary>
    public CroftException(FaultKind kind, string message, string? hint = null, Exception? cause = null)
        : base(message, cause)
    {
        Kind = kind;
        Hint = hint;
    }

    /// <summary>Whose fault it is.</summary>
    public FaultKind Kind { get; }

    /// <summary>The next step, a command where there is one.</summary>
    public string? Hint { get; }

    /// <summary>What lies at an address is not, or not any more, what was said to lie there: asking anew may help.</summary>
    internal bool IsStale { get; init; }

    /// <summary>Whether it is there, with other bytes.</summary>
    internal bool IsMismatch { get; init; }

    /// <summary>The place of a machine within its hypervisor went away, with nothing of the machine: another one may do.</summary>
    internal bool IsOfPlace { get; init; }

    /// <summary>The world refused.</summary>
    public static CroftException World(string message, string? hint = null, Exception? cause = null) =>
        new(FaultKind.World, message, hint, cause);

    /// <summary>Bad usage or farm file.</summary>
    public static CroftException Usage(string message, string? hint = null, Exception? cause = null) =>
        new(FaultKind.Usage, message, hint, cause);

    /// <summary>The farm's tests or phases failed.</summary>
    public static CroftException Farm(string message, string? hint = null, Exception? cause = null) =>
        new(FaultKind.Farm, message, hint, cause);
}
