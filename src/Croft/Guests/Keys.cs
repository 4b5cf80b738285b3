using Croft.Tools;

namespace Croft.Guests;

/// <summary>A pair of ssh keys as OpenSSH writes them.</summary>
/// <param name="Private">The private key file's text.</param>
/// <param name="Public">One line, type and key, without comment.</param>
public sealed record KeyPair(string Private, string Public);

/// <summary>Makes ed25519 keys with ssh-keygen.</summary>
public static class Keys
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes a pair that stands in no file afterwards.</summary>
    /// <param name="folder">A folder of the user's own, for the moment.</param>
    public static async Task<KeyPair> MakeAsync(string folder, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder, OwnerOnly);
        var file = Path.Combine(folder, $"key-{Guid.NewGuid():n}");
        try
        {
            await new Tool("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file).RunCheckedAsync(
                "making an ssh key",
                cancel
            );
            return new(await File.ReadAllTextAsync(file, cancel), Line(await File.ReadAllTextAsync(file + ".pub", cancel)));
        }
        finally
        {
            File.Delete(file);
            File.Delete(file + ".pub");
        }
    }

    /// <summary>
    /// The user's own key, made at first use. Returns the public line; the private key is in <paramref name="file"/>, mode 0600.
    /// </summary>
    public static async Task<string> UserKeyAsync(string file, CancellationToken cancel)
    {
        if (!File.Exists(file) || !File.Exists(file + ".pub"))
        {
            var folder = Path.GetDirectoryName(file)!;
            Directory.CreateDirectory(folder, OwnerOnly);
            using var alone = await FileLock.EnterAsync(file + ".lock", null, cancel);
            if (!File.Exists(file) || !File.Exists(file + ".pub"))
            {
                var next = $"{file}.{Guid.NewGuid():n}";
                await new Tool("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "croft", "-f", next).RunCheckedAsync(
                    "making the user's ssh key",
                    cancel
                );
                File.Move(next + ".pub", file + ".pub", overwrite: true);
                File.Move(next, file, overwrite: true);
            }
        }

        return Line(await File.ReadAllTextAsync(file + ".pub", cancel));
    }

    static string Line(string text) => string.Join(' ', text.Split(' ', StringSplitOptions.TrimEntries).Take(2));
}
