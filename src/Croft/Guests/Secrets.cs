using System.Collections.Concurrent;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Guests;

/// <summary>Finds secrets where farm files say, each once a command. They stay in memory.</summary>
/// <param name="environment">A variable of the caller's; null when it is not set.</param>
/// <param name="ask">Asks a person, who is not shown typing; null when nobody is there.</param>
public sealed class Secrets(Func<string, string?> environment, Func<string, CancellationToken, string?> ask)
{
    readonly ConcurrentDictionary<(SecretSpec, string), Lazy<Task<string>>> found = new();

    /// <summary>Finds one.</summary>
    /// <param name="what">What it is, for people: <c>password of admin</c>.</param>
    /// <exception cref="CroftException">It is not there.</exception>
    public async Task<string> ReadAsync(SecretSpec secret, string what, CancellationToken cancel)
    {
        // Of the others, one is for all that name it; people are asked for each thing.
        var key = (secret, secret.Kind == SecretKind.Ask ? what : "");
        try
        {
            return await found.GetOrAdd(key, _ => new(() => FindAsync(secret, what, cancel))).Value;
        }
        catch
        {
            found.TryRemove(key, out _);
            throw;
        }
    }

    /// <summary>Has several at hand. People are asked last: what is missing shows before.</summary>
    /// <exception cref="CroftException">One is not there.</exception>
    internal async Task PrepareAsync(IEnumerable<(SecretSpec Secret, string What)> needed, CancellationToken cancel)
    {
        foreach (var (secret, what) in needed.OrderBy(one => one.Secret.Kind == SecretKind.Ask))
            await ReadAsync(secret, what, cancel);
    }

    /// <summary>Why one will not be found, as far as can be told without asking for it; null when nothing speaks against it.</summary>
    internal string? Lack(SecretSpec secret) =>
        secret.Kind switch
        {
            SecretKind.Env when string.IsNullOrEmpty(environment(secret.Value)) => $"the variable {secret.Value} is not set",
            SecretKind.File when FileNode.At(secret.Value).Refusal is { } refusal => $"{secret.Value} {refusal}",
            _ => null,
        };

    async Task<string> FindAsync(SecretSpec secret, string what, CancellationToken cancel)
    {
        switch (secret.Kind)
        {
            case SecretKind.Env:
                return environment(secret.Value) is { Length: > 0 } value
                    ? Checked(value, what, $"the variable {secret.Value}")
                    : throw CroftException.Usage($"{what}: the variable {secret.Value} is not set", $"export {secret.Value}=…");
            case SecretKind.File:
                return FirstLine(await ReadFileAsync(secret.Value, what, cancel), what, secret.Value);
            case SecretKind.Command:
                var said = await new Tool("/bin/sh", "-c", secret.Value) { Directory = secret.Folder }.RunAsync(cancel);
                return said.ExitCode == 0
                    ? FirstLine(said.Output, what, $"the command \"{secret.Value}\"")
                    : throw CroftException.Usage(
                        $"{what}: the command \"{secret.Value}\" ended with exit code {said.ExitCode}: {PlainText.Line(said.Error.Trim())}"
                    );
            default:
                return ask(what, cancel) is { } typed
                    ? Checked(typed, what, "what was typed")
                    : throw CroftException.Usage(
                        $"{what}: nobody is at a terminal to be asked",
                        "run croft at a terminal, or write { env: NAME } or { file: PATH } in place of ask"
                    );
        }
    }

    static async Task<string> ReadFileAsync(string file, string what, CancellationToken cancel)
    {
        if (FileNode.At(file).Refusal is { } refusal)
            throw CroftException.Usage($"{what}: {file} {refusal}");
        try
        {
            return await File.ReadAllTextAsync(file, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CroftException.Usage($"{what}: {e.Message}", cause: e);
        }
    }

    static string FirstLine(string text, string what, string from) => Checked(text.Split('\n', 2)[0].TrimEnd('\r'), what, from);

    /// <summary>Programs read a password to the end of its line.</summary>
    static string Checked(string secret, string what, string from) =>
        secret.Length > 0 && !secret.Any(char.IsControl)
            ? secret
            : throw CroftException.Usage(
                $"{what}: {from} {(secret.Length == 0 ? "is empty" : "has a line's end or a control character in it")}"
            );
}
