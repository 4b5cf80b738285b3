namespace Croft.Farms.Reading;

static class DiskKeys
{
    public static readonly Field<string> Name = new("name", Rules.DiskName, "The disk's name, its own within the machine.")
    {
        Required = true,
    };

    public static readonly Field<long> Size = new("size", new SizeShape(1 << 20), "Its size.") { Required = true };

    public static readonly Field<string> Format = new(
        "format",
        new ChoiceShape<string>(
            ("ext2", "ext2"),
            ("ext3", "ext3"),
            ("ext4", "ext4"),
            ("xfs", "xfs"),
            ("btrfs", "btrfs"),
            ("vfat", "vfat"),
            ("swap", "swap")
        ),
        "The file system made on it at first boot; `swap` is in use from then on."
    )
    {
        DefaultText = "left empty",
    };

    public static readonly Field<string> Mount = new("mount", Rules.Mount, "Where the guest mounts it; needs `format`.")
    {
        DefaultText = "not mounted",
    };

    public static readonly Field<bool> Raw = new(
        "type",
        new ChoiceShape<bool>(("qcow2", false), ("raw", true)),
        "The form of its file; after the first snapshot it is qcow2 in any case."
    )
    {
        DefaultText = "`qcow2`",
    };

    public static readonly MapShape Map = new("a disk", [Name, Size, Format, Mount, Raw]);
}
