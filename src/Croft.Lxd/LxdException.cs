namespace Croft.Lxd;

/// <summary>What a service refused or could not do, in its own words.</summary>
/// <param name="code">As HTTP has them: the service's own, or its operation's; 0 when it did not answer.</param>
#pragma warning disable CA1064 // only this client's users see it
sealed class LxdException(string message, int code, Exception? cause = null) : Exception(message, cause)
#pragma warning restore CA1064
{
    public const int NotFoundCode = 404;

    const int ChangedCode = 412;

    public int Code => code;

    /// <summary>Whether there is no such thing.</summary>
    public bool IsNotFound => code == NotFoundCode;

    /// <summary>Whether somebody changed the thing since it was read.</summary>
    public bool IsStale => code == ChangedCode;

    /// <summary>Whether the connection is the matter, not the request.</summary>
    public bool IsLost => code == 0;
}
