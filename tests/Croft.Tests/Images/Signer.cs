using Croft.Tools;

namespace Croft.Tests.Images;

/// <summary>GnuPG with a key of its own, which signs what a publisher offers.</summary>
sealed class Signer : IAsyncDisposable
{
    readonly string home;

    Signer(string home) => this.home = home;

    /// <summary>Of the key.</summary>
    public string Fingerprint { get; private set; } = "";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Signer> MakeAsync(string home)
    {
        Directory.CreateDirectory(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var made = new Signer(home);
        await made.RunAsync("--quick-generate-key", "Tester <tester@example.org>", "ed25519", "sign", "never");
        made.Fingerprint = (await made.RunAsync("--with-colons", "--list-keys"))
            .Split('\n')
            .First(line => line.StartsWith("fpr:", StringComparison.Ordinal))
            .Split(':')[9];
        return made;
    }

    public Task<string> RunAsync(params string[] words) =>
        new Tool(
            "gpg",
            ["--homedir", home, "--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", "", .. words]
        ).RunCheckedAsync("gpg", Cancel);

    public async ValueTask DisposeAsync() => await new Tool("gpgconf", "--homedir", home, "--kill", "all").RunAsync(Cancel);
}
