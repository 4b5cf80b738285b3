using System.Collections.Immutable;

namespace Croft.Farms;

/// <summary>What a machine's guest is told at its first boot beside who it is, and in which language.</summary>
public sealed record FirstBootSpec(FirstBoot Kind = FirstBoot.CloudInit)
{
    /// <summary>Whether the seed is an OpenStack's drive, <c>config-2</c>; else NoCloud's, <c>cidata</c>.</summary>
    public bool IsConfigDrive { get; init; }

    /// <summary>The user's own user-data for cloud-init.</summary>
    public OwnFile? UserData { get; init; }

    /// <summary>The user's own vendor-data for cloud-init.</summary>
    public OwnFile? VendorData { get; init; }

    /// <summary>What the user adds to cloud-init's network configuration, version 2.</summary>
    public OwnFile? NetworkConfig { get; init; }

    /// <summary>The user's own Ignition, as JSON.</summary>
    public OwnFile? Ignition { get; init; }

    /// <summary>The user's own script for Combustion.</summary>
    public OwnFile? Combustion { get; init; }

    /// <summary>Whether the user's own user-data says which shell the login has.</summary>
    public bool HasOwnShell { get; init; }

    /// <summary>Such as <c>Europe/Berlin</c>.</summary>
    public string? Timezone { get; init; }

    /// <summary>Such as <c>de_DE.UTF-8</c>.</summary>
    public string? Locale { get; init; }

    /// <summary>Of the console's keyboard.</summary>
    public KeyboardSpec? Keyboard { get; init; }

    /// <summary>Installed at first boot, by the guest itself.</summary>
    public ImmutableArray<string> Packages { get; init; } = [];

    /// <summary>Users beside the login, and where their passwords are found.</summary>
    public ImmutableArray<(string User, SecretSpec Password)> Passwords { get; init; } = [];

    /// <summary>These, and what each is, for people.</summary>
    internal IEnumerable<(SecretSpec Secret, string What)> Needs => Passwords.Select(p => (p.Password, SecretSpec.PasswordOf(p.User)));

    /// <summary>By what it fetches packages.</summary>
    public ProxySpec? Proxy { get; init; }

    /// <summary>Whether it is Windows' language, where Croft's commands find no shell.</summary>
    internal bool IsWindows => Kind is FirstBoot.CloudbaseInit or FirstBoot.Unattend;

    /// <summary>Whether nobody reads a seed in the guest.</summary>
    public bool IsNone => Kind == FirstBoot.None;

    /// <summary>Whether cloud-init, or who reads its language, is asked for more than it always is.</summary>
    internal bool AsksForMore =>
        UserData is not null
        || VendorData is not null
        || Timezone is not null
        || Locale is not null
        || Keyboard is not null
        || !Packages.IsEmpty
        || !Passwords.IsEmpty;

    /// <summary>All that changes what the guest becomes; empty for what machines have by default.</summary>
    internal IEnumerable<string> Parts()
    {
        if (IsNone)
            yield return "no first boot";
        else if (Kind is not (FirstBoot.CloudInit or FirstBoot.Nuageinit))
            yield return $"first boot {Kind}";
        if (IsConfigDrive)
            yield return "config drive";
        foreach (
            var (name, file) in new[]
            {
                ("user-data", UserData),
                ("vendor-data", VendorData),
                ("network-config", NetworkConfig),
                ("ignition", Ignition),
                ("combustion", Combustion),
            }
        )
            if (file is not null)
                yield return $"{name} {file.Text}";
        foreach (var (name, value) in new[] { ("timezone", Timezone), ("locale", Locale), ("keyboard", Keyboard?.ToString()) })
            if (value is not null)
                yield return $"{name} {value}";
        if (Proxy is not null)
            yield return $"proxy {Proxy.Apt} {Proxy.Pip}";
        if (!Packages.IsEmpty)
            yield return $"packages {string.Join(' ', Packages)}";
        if (!Passwords.IsEmpty)
            yield return $"passwords {string.Join(' ', Passwords.Select(p => p.User))}"; // never what they are
    }
}

/// <summary>A file of the user's that a machine's definition names.</summary>
/// <param name="File">Full path.</param>
public sealed record OwnFile(string File, string Text);

/// <summary>A keyboard, in X's words.</summary>
public sealed record KeyboardSpec(string Layout, string? Model, string? Variant, string? Options);

/// <summary>What stands between a guest and those who publish packages.</summary>
/// <param name="Apt">Address of a proxy, such as <c>http://cache:3142</c>.</param>
/// <param name="Pip">Address of a package index, such as <c>http://cache:3141/root/pypi/+simple/</c>.</param>
public sealed record ProxySpec(string? Apt, string? Pip);
