namespace Croft.Farms.Reading;

static class DiscKeys
{
    public static readonly Field<string> File = new(
        "file",
        Rules.HostPath,
        "A CD image (ISO) on this host, or its address; `cdrom: live.iso` is short for it. Croft unpacks it as it does images."
    );

    public static readonly Field<string> Url = new("url", Rules.ImageUrl, "A CD image to fetch.");

    public static readonly MapShape Map = new("a CD", [File, Url, ImageKeys.Sha256, ImageKeys.Sha512, ImageKeys.Checksums], File);
}
