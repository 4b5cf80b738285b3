using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>A step of an image: one of these keys, or a word for what Croft does in any case.</summary>
static class StepKeys
{
    static readonly TextShape Line = new("a text", "1 to 1000 characters in one line", "^.{1,1000}$", text =>
        text.Length is > 0 and <= 1000 && !text.Contains('\n', StringComparison.Ordinal)
    );

    public static readonly Field<string> Do = new(
        "do",
        new ChoiceShape<string>(("fetch", "fetch"), ("unpack", "unpack"), ("copy", "copy")),
        "What Croft does by itself, for the reader: `- fetch` is short for it. Before the other steps."
    );

    public static readonly Field<string> Convert = new(
        "convert",
        new ChoiceShape<string>(("qcow2", "qcow2"), ("raw", "raw")),
        "The format in which the next steps get the disk. What machines are based on is qcow2 in any case."
    );

    public static readonly Field<long> Resize = new("resize", new SizeShape(1 << 20), "Makes the disk so large; its partitions stay.");

    public static readonly Field<string> Hostname = new(
        "hostname",
        Rules.DnsLabel,
        "The guest's name, until its first boot gives it another."
    );
    public static readonly Field<string> RootPassword = new("root_password", Line, "Root's password.");
    public static readonly Field<string> User = new("user", Rules.User, "A user to make.");
    public static readonly Field<ImmutableArray<Item<string>>> Keys = new(
        "ssh_keys",
        new ListShape<string>(new SshKeyShape()),
        "Public keys that may log in, as root."
    );
    public static readonly Field<ImmutableArray<Item<string>>> Packages = new(
        "packages",
        new ListShape<string>(Rules.Package),
        "Packages to install, by the guest's own package manager; needs a network."
    );
    public static readonly Field<ImmutableArray<Named<string>>> Files = new(
        "files",
        new NamedShape<string>("path", Rules.Mount, Rules.HostPath),
        "Files to put into the guest: the path there, and the file on this host."
    );
    public static readonly Field<string> FirstBoot = new(
        "first_boot",
        Rules.HostPath,
        "A script on this host that the guest runs once, when it boots."
    );
    public static readonly Field<ImmutableArray<Item<string>>> Commands = new(
        "commands",
        new ListShape<string>(Line),
        "Shell commands to run in the guest's file system, after the rest."
    );

    public static readonly MapShape CustomiseMap = new(
        "what is changed in a guest",
        [Hostname, RootPassword, User, Keys, Packages, Files, FirstBoot, Commands]
    );

    public static readonly Field<MapReading> Customise = new(
        "customise",
        CustomiseMap,
        "Changes what is on the disk, by libguestfs, without starting it."
    );

    public static readonly Field<string> Run = new(
        "run",
        Rules.HostPath,
        "A program on this host that gets the disk's path as its argument. A relative path starts at the farm file."
    );

    public static readonly Field<string> Replace = new(
        "replace",
        Rules.HostPath,
        "Puts this qcow2 of this host in the disk's place; the image's kernel stays. With `sha256`."
    );

    public static readonly ImmutableArray<Field> Kinds = [Do, Convert, Resize, Customise, Run, Replace];

    public static readonly MapShape Map = new("a step of an image", [.. Kinds, ImageKeys.Sha256], Do);
}
