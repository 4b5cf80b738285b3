namespace Croft.Engines.Lxd;

/// <summary>What to do about what the service says went wrong, found by its own words.</summary>
static class LxdCures
{
    /// <summary>A card's MAC or address is another's, too.</summary>
    public const string Twice = "already defined on another NIC";

    static readonly (string Words, string Cure)[] Known =
    [
        ("No space left", IEngine.SpaceHint),
        ("quota", IEngine.SpaceHint),
        (
            "Failed to load config file",
            "raw.lxc of the machine's container: { config } has a word or a value that LXC does not know: man lxc.container.conf"
        ),
        ("forkstart", "on it: {here} info INSTANCE --show-log tells more; its storage pool may be full: {lxc} storage info POOL shows it"),
        ("idmapped storage", "its root file system may be full: disk: SIZE of the machine bounds it"),
        (
            "Reached maximum",
            "{lxc} project info NAME shows what its project allows and uses; on it: {lxc} project set NAME limits.…; or remove machines"
        ),
        ("allow for snapshot creation", "on it: {lxc} project set NAME restricted.snapshots=allow"),
        (
            "Network not allowed in project",
            "its project lets nobody have that network: {lxc} project show NAME; restricted.networks.access names those"
        ),
        (
            "forbidden",
            "its project is restricted: {lxc} project show NAME; on it: {lxc} project set NAME restricted.…=allow; or leave that out"
        ),
        (
            Twice,
            "{here} list shows which instance has it: remove that, or give it another address; or give the machine another one: networks: [ { name, address } ]"
        ),
        (
            "already used on network",
            "somebody moved the machine to another project: {lxc} list --all-projects shows it; {lxc} move NAME NAME --project FROM --target-project TO brings it back"
        ),
        (
            "failed to listen on",
            "a proxy of devices listens where something else does, or another machine: ss -lntup on it shows what; another listen"
        ),
        (
            "failed to create listening socket",
            "another name server has the network's address, such as one of a network that is gone: on it, ss -lnup 'sport = :53' shows it"
        ),
        ("is protected", "on it: {here} config set INSTANCE security.protection.delete=false, if it may go"),
        ("kernel module", "kernel_modules of the machine's container names it: on it, modinfo NAME tells whether there is such a module"),
        ("executable file not found", "on it, install the program that it names, such as zstd: apt-get install zstd"),
        ("Unknown configuration key", "config of the machine's container names it, which this version does not know: leave it out"),
        ("Invalid value for a limit", "config of the machine's container says it: write another value"),
        ("Invalid config", "config of the machine's container says it: write another value"),
        ("architecture isn't supported", "metadata.yaml of its image says another architecture than the host's: take the image of that"),
        ("Image not found", "somebody removed it meanwhile: run the command again, and it is sent anew"),
        (
            "evice",
            "devices and profiles of the machine's container, and networks of the machine, say what devices it has: write another one"
        ),
    ];

    /// <summary>Null for words that nobody has met.</summary>
    /// <param name="tool">The service's client.</param>
    /// <param name="toolInProject">The same for what is in the project.</param>
    public static string? Of(string words, string tool, string toolInProject) =>
        Known
            .FirstOrDefault(k => words.Contains(k.Words, StringComparison.OrdinalIgnoreCase))
            .Cure?.Replace("{lxc}", tool, StringComparison.Ordinal)
            .Replace("{here}", toolInProject, StringComparison.Ordinal);
}
