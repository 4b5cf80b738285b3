using System.Text.RegularExpressions;

namespace Croft.Farms.Reading;

/// <summary>
/// Finds what the user's files for cloud-init say against Croft's own, and what cloud-init would silently leave out. Each conflict is named
/// with its place in the user's file.
/// </summary>
/// <param name="own">The files' keys.</param>
/// <param name="cards">How many the machine has, and its image.</param>
sealed partial class CloudConfigCheck(
    ProblemList problems,
    MapReading own,
    FirstBootSpec spec,
    (string Name, string User, LoginSpec Login) machine,
    (int Count, ImageSpec Image) cards
)
{
    const string CloudConfig = "#cloud-config";

    static readonly string[] Forms =
    [
        CloudConfig,
        "#!",
        "#include",
        "#cloud-boothook",
        "#part-handler",
        "## template:",
        "Content-Type:",
        "MIME-Version:",
    ];

    static readonly string[] ListsOfCrofts = ["users", "runcmd", "write_files", "ssh_authorized_keys"];

    /// <summary>Of the login: what Croft says of it, and its keys.</summary>
    static readonly string[] OfTheLogin =
    [
        "sudo",
        "doas",
        "lock_passwd",
        "passwd",
        "hashed_passwd",
        "plain_text_passwd",
        "ssh_authorized_keys",
        "ssh_redirect_user",
    ];

    /// <summary>Whether user-data says which shell the login has.</summary>
    public bool HasOwnShell { get; private set; }

    /// <summary>Reports.</summary>
    public void Check()
    {
        if (spec.UserData is { } user && MapOf(user, FirstBootKeys.UserData) is { } map)
            CheckUserData(map);
        if (spec.VendorData is { } vendor && MapOf(vendor, FirstBootKeys.VendorData) is { } further)
            foreach (var entry in further.Entries.Where(e => ListsOfCrofts.Contains(e.Key)))
                problems.AddKey(
                    further,
                    entry,
                    $"cloud-init would leave {entry.Key} out: Croft's user-data has it, and goes before vendor-data",
                    "write it to cloud_init.user_data, whose lists are added to Croft's"
                );
        if (spec.NetworkConfig is not { } network)
            return;
        if (spec.IsConfigDrive)
            problems.Add(
                own.NodeOf(FirstBootKeys.NetworkConfig),
                "a config drive takes no network configuration in version 2",
                "write source: nocloud"
            );
        else if (Read(network) is YamlMap top)
            new CloudNetworkCheck(problems, cards.Count, cards.Image.Origin is BuiltImage ? cards.Image.Name : null).Check(
                Find(top, "network") as YamlMap ?? top
            );
    }

    /// <summary>What is cloud-config, as a map; null for scripts and other forms.</summary>
    YamlMap? MapOf(OwnFile file, Field<string> field)
    {
        if (!Forms.Any(form => file.Text.StartsWith(form, StringComparison.OrdinalIgnoreCase)))
            problems.Add(
                own.NodeOf(field),
                $"cloud-init would leave {Path.GetFileName(file.File)} out: its first line does not say what it is",
                "begin it with #cloud-config, or with #!/bin/sh where it is a script"
            );
        else if (FirstLine().Match(file.Text) is { Success: true } && Read(file) is { } read)
            if (read is YamlMap map)
                return map;
            else
                problems.Add(read, "cloud-config must be a map");
        return null;
    }

    YamlNode? Read(OwnFile file) => YamlReader.Read(file.Text, file.File, problems);

    void CheckUserData(YamlMap map)
    {
        foreach (var entry in map.Entries)
            if (ConflictOf(entry.Key, entry.Value) is { Message: { } message } conflict)
                problems.AddKey(map, entry, message, conflict.Cure);
        if (Find(map, "users") is YamlList users)
            foreach (var user in users.Items.OfType<YamlMap>().Where(u => (Find(u, "name") as YamlScalar)?.Text == machine.User))
                CheckLogin(user);
    }

    (string? Message, string? Cure) ConflictOf(string key, YamlNode value) =>
        (key, Text: (value as YamlScalar)?.Text) switch
        {
            ("hostname", var name) when name != machine.Name => (
                $"the guest's name is the machine's, {machine.Name}",
                "leave hostname out"
            ),
            ("fqdn", _) => ("the guest's full name is as its network says", "domain: of the network gives another one"),
            ("preserve_hostname", "true") => ($"the guest would not be called {machine.Name}", "leave it out"),
            ("ssh_keys", _) => ("Croft gives the guest its host key, and checks it", "leave ssh_keys out"),
            ("disable_root", "true") when machine.User == "root" => ("Croft logs in as root", "user: of the machine names another login"),
            ("ssh_pwauth", "false") when machine.Login.Password is not null => (
                "auth.password logs in by password",
                "leave one of them out"
            ),
            ("network", _) => ("cloud-init reads no network from user-data", "write it to a file of its own: cloud_init.network_config"),
            ("timezone", var zone) when spec.Timezone is { } own && zone != own => Twice("timezone", own),
            ("locale", var locale) when spec.Locale is { } own && locale != own => Twice("locale", own),
            ("keyboard", _) when spec.Keyboard is { } own => Twice("keyboard", own.Layout),
            ("power_state", _) when value is YamlMap power && (Find(power, "mode") as YamlScalar)?.Text is "poweroff" or "halt" => (
                "the machine would be off when Croft waits for it",
                "leave power_state out; the phase shutdown ends a run"
            ),
            _ => default,
        };

    static (string, string) Twice(string key, string own) => ($"the farm file says {key}: {own}", "leave one of them out");

    void CheckLogin(YamlMap user)
    {
        HasOwnShell |= Find(user, "shell") is not null;
        foreach (var entry in user.Entries.Where(e => OfTheLogin.Contains(e.Key.Replace('-', '_'))))
            problems.AddKey(
                user,
                entry,
                $"Croft decides {entry.Key} of {machine.User}, its login",
                "ssh_keys of the farm adds keys, auth.password is its password; users of other names are yours"
            );
    }

    static YamlNode? Find(YamlMap map, string key) => map.Entries.FirstOrDefault(e => e.Key == key).Value;

    [GeneratedRegex(@"\A#cloud-config[ \t]*\r?$", RegexOptions.Multiline)]
    private static partial Regex FirstLine();
}
