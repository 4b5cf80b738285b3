namespace Croft.Images;

/// <summary>
/// What a seed leaves in a guest whose image may have no agent: a script that waits at a channel of the hypervisor's for the identity of
/// a fork.
/// </summary>
static class Waiter
{
    /// <summary>Where it is. <c>/usr</c> may be read-only, and other places not for programs.</summary>
    public const string Path = "/etc/croft-wait";

    /// <summary>As systemd starts it, where the seed itself says what that starts.</summary>
    public const string Unit = $"""
        [Unit]
        Description=Wait for the identity of a fork
        ConditionPathExists=!/usr/bin/qemu-ga
        [Service]
        ExecStart=/bin/sh {Path}
        Restart=always
        RestartSec=5
        [Install]
        WantedBy=multi-user.target

        """;

    static readonly Lazy<string> text = new(Read);

    /// <summary>The script; with <c>install</c> it has itself started, now and at each boot.</summary>
    public static string Script => text.Value;

    static string Read()
    {
        using var reader = new StreamReader(typeof(Waiter).Assembly.GetManifestResourceStream("waiter.sh")!);
        return reader.ReadToEnd();
    }
}
