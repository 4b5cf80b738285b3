using System.Text;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Images;

/// <summary>
/// Verifies lists of checksums by gpg, with a key ring of Croft's own. A publisher's key is fetched once and kept, if it has the
/// fingerprint that the
/// catalogue names.
/// </summary>
/// <param name="home">The folder of the key ring.</param>
/// <param name="tell">Takes what the user should know.</param>
sealed class Signatures(string home, Action<string> tell)
{
    static readonly string[] Refused = ["BADSIG", "REVKEYSIG"];

    /// <summary>Verifies a list.</summary>
    /// <param name="detached">Its signature; null when the list is signed itself.</param>
    /// <returns>What of the list is to be believed.</returns>
    /// <exception cref="CroftException">It is not by one of these keys.</exception>
    public async Task<byte[]> VerifyAsync(
        string name,
        byte[] list,
        byte[]? detached,
        IReadOnlyList<SigningKey> keys,
        Func<string, Task<byte[]?>> fetch,
        CancellationToken cancel
    )
    {
        using var work = new Work(home);
        await File.WriteAllBytesAsync(work["list"], list, cancel);
        var isGood = await VerifyAsync(work, name, work["list"], detached, keys, fetch, cancel);
        // Outside the signed part anybody may have written.
        return isGood && detached is null ? await File.ReadAllBytesAsync(work["plain"], cancel) : list;
    }

    /// <summary>Verifies a file by its detached signature.</summary>
    /// <exception cref="CroftException">It is not by one of these keys.</exception>
    public async Task VerifyAsync(
        string name,
        string file,
        byte[] detached,
        IReadOnlyList<SigningKey> keys,
        Func<string, Task<byte[]?>> fetch,
        CancellationToken cancel
    )
    {
        using var work = new Work(home);
        await VerifyAsync(work, name, file, detached, keys, fetch, cancel);
    }

    /// <summary>Whether a file is signed by one of these keys; where that is not sure the user is told, and it is false.</summary>
    async Task<bool> VerifyAsync(
        Work work,
        string name,
        string file,
        byte[]? detached,
        IReadOnlyList<SigningKey> keys,
        Func<string, Task<byte[]?>> fetch,
        CancellationToken cancel
    )
    {
        if (keys.Count == 0)
            return false; // nobody said which key it must be
        if (await MissingAsync(keys, work, fetch, cancel) is { } reason)
        {
            tell($"the signature of {name} was not verified: {reason}");
            return false;
        }

        await File.WriteAllBytesAsync(work["signature"], detached ?? [], cancel);
        var said = await Gpg(
                detached is null ? ["--output", work["plain"], "--decrypt", file] : ["--verify", work["signature"], Path.GetFullPath(file)]
            )
            .RunAsync(cancel);
        var status = said
            .Output.Split('\n')
            .Where(line => line.StartsWith("[GNUPG:] ", StringComparison.Ordinal))
            .Select(line => line.Split(' '))
            .ToList();
        if (
            status.Any(line => line[1] == "VALIDSIG" && keys.Any(key => key.Fingerprint == line[^1]))
            && !status.Any(line => Refused.Contains(line[1]))
        )
            return true;
        var why = $"{name} is not signed by {Words.Or([.. keys.Select(key => key.Fingerprint)])}: {said.LastWords}";
        if (keys.All(key => !key.IsUnsure))
            throw CroftException.World(why, "do not use it, unless the publisher tells of a new key");
        tell($"{why}; others have told the fingerprint, not the publisher, so the image is used");
        return false;
    }

    /// <summary>Sees to it that the key ring has a key; says why it has none.</summary>
    async Task<string?> MissingAsync(IReadOnlyList<SigningKey> keys, Work work, Func<string, Task<byte[]?>> fetch, CancellationToken cancel)
    {
        var reason = "";
        foreach (var key in keys)
        {
            try
            {
                if (await HasAsync(key, cancel))
                    return null;
                if (await fetch(key.At) is not { } bytes)
                {
                    reason = $"there is no key at {key.At}";
                    continue;
                }

                await File.WriteAllBytesAsync(work["key"], bytes, cancel);
                await Gpg("--import", work["key"]).RunAsync(cancel);
            }
            catch (CroftException e)
            {
                reason = e.Message; // gpg is not installed, or the publisher does not answer
                continue;
            }

            if (await HasAsync(key, cancel))
                return null;
            reason = $"the key at {key.At} has not the fingerprint {key.Fingerprint}";
            if (key is { IsUnsure: false, IsPlaceUnsure: false })
                throw CroftException.World(reason, "do not use it, unless the publisher tells of a new key");
        }

        return reason;
    }

    async Task<bool> HasAsync(SigningKey key, CancellationToken cancel) =>
        (await Gpg("--with-colons", "--list-keys", key.Fingerprint).RunAsync(cancel)).ExitCode == 0;

    Tool Gpg(params string[] arguments) =>
        new("gpg", ["--homedir", home, "--batch", "--no-tty", "--quiet", "--no-autostart", "--status-fd", "1", .. arguments]);

    /// <summary>A folder for one verification, gone with it.</summary>
    sealed class Work : IDisposable
    {
        readonly string folder;

        public Work(string home)
        {
            folder = Directory.CreateDirectory(Path.Combine(home, $"work-{Guid.NewGuid():N}")).FullName;
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        public string this[string file] => Path.Combine(folder, file);

        public void Dispose() => Directory.Delete(folder, recursive: true);
    }
}
