using Croft.Farms;

namespace Croft.Images;

/// <summary>Commands for a shell that make of a file which Croft does not take one that it takes.</summary>
/// <param name="file">The user's file, or the name that a fetched one gets.</param>
/// <param name="before">What is to be done first; empty for nothing.</param>
sealed class ImageCures(string? file, string before)
{
    /// <summary>None: there is no file of the user's.</summary>
    public static readonly ImageCures None = new(null, "");

    /// <param name="packer">What the file is packed by; null when it is not.</param>
    public static ImageCures Of(ImageSpec spec, string? packer)
    {
        var (file, before) = spec switch
        {
            FileImage f => (f.File, ""),
            UrlImage u when Uri.UnescapeDataString(u.Url.Segments[^1]) is not "/" and var name => (
                name,
                $"curl -L -o {ShellWord.Pasted(name)} {ShellWord.Pasted(u.Url.AbsoluteUri)} && "
            ),
            _ => (null, ""),
        };
        return file is null ? None
            : packer is null ? new(file, before)
            : new(file + ".disk", $"{before}{packer} -dc {ShellWord.Pasted(file)} >{ShellWord.Pasted(file + ".disk")} && ");
    }

    /// <summary>Makes a qcow2 that stands alone.</summary>
    public string? Whole => Converted(file is null ? "" : ShellWord.Pasted(file));

    /// <summary>The same, of a file that may read others of the host.</summary>
    public string? IfTrusted => Whole is { } cure ? $"if you trust it: {cure}" : null;

    /// <summary>Gets it again; what is not there cannot be mended.</summary>
    public string? Again => Tried("qemu-img info");

    /// <summary>The same, of a file of which another program shows that it is broken.</summary>
    public string? Tried(string by) =>
        file is null ? null
        : before.Length > 0 ? $"what is at that address is broken; {before}{by} {ShellWord.Pasted(file)} shows it"
        : $"copy or fetch it again, and compare: sha256sum {ShellWord.Pasted(file)}";

    /// <summary>Unpacks what is packed twice.</summary>
    public string? Unpacked(string outer, string inner) =>
        file is null
            ? null
            : $"{before}{outer} -dc {ShellWord.Pasted(file)} | {inner} -dc >{ShellWord.Pasted(file + ".disk")}, then write file: {file}.disk";

    /// <summary>Takes one file out of an archive.</summary>
    public string? Extracted(string by, string member) =>
        file is null
            ? null
            : $"take out the one that is meant: {before}{by} {ShellWord.Pasted(file)} {ShellWord.Pasted(member)}, then write file: {member}";

    /// <summary>Takes out what is in an archive that only another program opens.</summary>
    public string? Opened(string by) =>
        file is null ? null : $"{before}{by} {ShellWord.Pasted(file)}, then write file: and the disk image that this makes";

    /// <summary>Makes a qcow2 that anybody can read.</summary>
    /// <param name="driver">QEMU's name of what is encrypted.</param>
    public string? Decrypted(string driver) =>
        file is null
            ? null
            : "write its passphrase into the file passphrase, without a line end, then: "
                + Converted(
                    $"--object secret,id=it,file=passphrase --image-opts {ShellWord.Pasted($"driver={driver},{(driver == "luks" ? "" : "encrypt.")}key-secret=it,file.driver=file,file.filename={file.Replace(",", ",,", StringComparison.Ordinal)}")}"
                );

    string? Converted(string from) =>
        file is null
            ? null
            : $"{before}qemu-img convert -O qcow2 {from} {ShellWord.Pasted(file + ".whole.qcow2")}, then write file: {file}.whole.qcow2";
}
