using System.Text.RegularExpressions;

namespace Croft.Tools;

/// <summary>Tells what the operating system refused of a file: whose it is, and what helps.</summary>
public static partial class FileFault
{
    const int NoSpace = 28; // ENOSPC
    const int ReadOnly = 30; // EROFS

    /// <summary>The error for people.</summary>
    public static async Task<CroftException> OfAsync(string path, Exception why, CancellationToken cancel)
    {
        var number = why is UnauthorizedAccessException ? 0 : why.HResult;
        if (number == ReadOnly)
            return CroftException.World(
                $"{path} cannot be written: its file system is read-only",
                "put the folder where it can be written",
                why
            );
        if (number == NoSpace)
            return CroftException.World($"{path} cannot be written: no space is left", "free space on that disk", why);
        if (why is not UnauthorizedAccessException)
            return CroftException.World($"{path} cannot be used: {why.Message}", cause: why);
        var refused = Nearest(path);
        var owner = (await new Tool("stat", "-c", "%U", refused).RunAsync(cancel)).Output.Trim();
        var me = Environment.UserName;
        return owner == me
            ? CroftException.World($"{refused} may not be written", $"chmod u+rwX {ShellWord.Pasted(refused)}", why)
            : CroftException.World($"{refused} belongs to {owner}, and {me} may not change it", Cure(refused, owner, me), why);
    }

    /// <summary>What Croft made may be given away; the folder of a farm file, which may be all of <c>/etc</c>, may not.</summary>
    static string Cure(string refused, string owner, string me) =>
        (Croft(refused) ?? (File.Exists(refused) ? refused : null)) is { } made
            ? $"sudo chown -R {me} {ShellWord.Pasted(made)}; a croft that ran as {owner} made it"
            : $"use a folder of your own, or have {owner} give you this one";

    /// <summary>What is there of a path.</summary>
    static string Nearest(string path) =>
        File.Exists(path) || Directory.Exists(path) ? path
        : Path.GetDirectoryName(path) is { Length: > 0 } parent ? Nearest(parent)
        : "/";

    /// <summary>All that Croft keeps in one place, where that is what was refused.</summary>
    static string? Croft(string path) => OwnFolder().Match(path + "/") is { Success: true } own ? own.Value : null;

    [GeneratedRegex(@"^.*/(\.croft|\.cache/croft|\.local/share/croft)(?=/)")]
    private static partial Regex OwnFolder();
}
