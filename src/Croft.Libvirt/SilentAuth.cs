namespace Croft.Libvirt;

/// <summary>
/// Authentication without a terminal: libvirt's auth.conf is read, ssh runs in batch mode, every question is answered by a refusal.
/// </summary>
static unsafe class SilentAuth
{
    static readonly int[] Answerable = [2, 3, 5, 6, 7, 8]; // AUTHNAME, LANGUAGE, PASSPHRASE, ECHOPROMPT, NOECHOPROMPT, REALM

    internal static ConnectHandle Open(string uri, ConnectFlags flags)
    {
        fixed (int* types = Answerable)
        {
            // libvirt announces a mechanism only if its credentials could be asked for; auth.conf needs that too.
            virConnectAuth auth = new()
            {
                credtype = types,
                ncredtype = (uint)Answerable.Length,
                cb = &Refuse,
            };
            return Checked(virConnectOpenAuth(uri, &auth, flags));
        }
    }

    /// <summary>
    /// ssh asks for passwords on the terminal unless the URI says no_tty=1. libvirt takes one kind of separator in a URI, not both.
    /// </summary>
    internal static string WithoutTerminal(string uri)
    {
        var schemeEnd = uri.IndexOf("://", StringComparison.Ordinal);
        if (
            schemeEnd < 0
            || !uri.AsSpan(0, schemeEnd).EndsWith("+ssh", StringComparison.Ordinal)
            || uri.Contains("no_tty=", StringComparison.Ordinal)
        )
            return uri;
        return uri
            + (
                !uri.Contains('?', StringComparison.Ordinal) ? "?"
                : uri.Contains(';', StringComparison.Ordinal) ? ";"
                : "&"
            )
            + "no_tty=1";
    }

    [UnmanagedCallersOnly]
    static int Refuse(void* credentials, uint count, void* opaque) => -1;
}
