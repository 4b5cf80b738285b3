using System.Security.Cryptography;
using Croft.Engines;
using Croft.Farms;
using Croft.Guests;
using Croft.Tools;

namespace Croft.Lifecycle;

/// <summary>
/// Meets a guest whose host key Croft did not give: who vouches for it is asked, once. From then on it stands in the machine's record and
/// is checked.
/// </summary>
/// <param name="note">Takes how it went.</param>
sealed class FirstMeeting(OpenFarm openFarm, IEngine engine, MachineRecord record, Action<string> note)
{
    const string AtFirstSight = "at first sight";

    const int ConsoleSize = 1 << 18;

    static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    /// <summary>How long ssh may be silent: commands such as ssh and exec have no other bound.</summary>
    static readonly TimeSpan KeyPatience = TimeSpan.FromMinutes(5);

    /// <summary>How long an agent may take to be there where nobody else vouches.</summary>
    static readonly TimeSpan AgentPatience = TimeSpan.FromSeconds(15);

    static readonly TimeSpan ConsolePatience = TimeSpan.FromSeconds(45);

    /// <summary>Says all public host keys that are there.</summary>
    const string Keys =
        "for k in /etc/ssh/ssh_host_*_key /usr/local/etc/ssh/ssh_host_*_key; do cat \"$k.pub\" || ssh-keygen -y -P '' -f \"$k\"; done 2>/dev/null; :";

    /// <summary>Whether a machine's guest is to be met: nobody knows its key, or the user vouches for a new one.</summary>
    public static bool IsDue(OpenFarm openFarm, MachineRecord record) =>
        openFarm.LoginOf(record) is { Connection: ConnectionKind.Ssh, HostKey: null } login
        && (record.HostKey.Length == 0 || (login.HasOwnHostKey && openFarm.Settings.AcceptsHostKeys));

    /// <summary>Returns the record with the key of a guest that answers.</summary>
    /// <exception cref="CroftException">Nobody vouches for it.</exception>
    public async Task<MachineRecord> RunAsync(IGuest guest, CancellationToken cancel)
    {
        using var told = Waits.For($"the host key of machine \"{record.Name}\"");
        string? key;
        var since = openFarm.Settings.Clock.GetTimestamp();
        while ((key = await guest.HostKeyAsync(cancel)) is null)
        {
            if (openFarm.Settings.Clock.GetElapsedTime(since) > KeyPatience)
                throw CroftException.World(
                    $"machine \"{record.Name}\" shows no host key at {guest.Access.Address}:{guest.Access.Port} for {KeyPatience.TotalMinutes:0} minutes",
                    $"does its sshd run? croft console {record.Name} enters the machine"
                );
            await Poll.DelayAsync(Pause, openFarm.Settings.Clock, cancel);
        }

        if (key == record.HostKey)
            return record;
        var by = await VouchAsync(guest, key, cancel) ?? throw Unknown(guest, key);
        note($"its host key {Fingerprint(key)} is known {by}");
        if (by.StartsWith(AtFirstSight, StringComparison.Ordinal))
            openFarm.Settings.Warn(
                $"machine \"{record.Name}\" shows a host key that nobody vouches for, {Fingerprint(key)}: it is known {by}"
            );
        await engine.MarkAsync(await engine.RecordAsync(record.Id, cancel) with { HostKey = key }, cancel);
        return record with { HostKey = key };
    }

    /// <summary>By whom the key is known; null when nobody vouches for it.</summary>
    async Task<string?> VouchAsync(IGuest guest, string key, CancellationToken cancel)
    {
        var door = GuestAccess.FirstReachable(openFarm.Seen(record).Nics);
        var isOwn = door is { Port: not null } or { IsOutside: false };
        return await AgentAsync(guest, key, TimeSpan.Zero, cancel)
            ?? await ConsoleAsync(guest, key, cancel)
            ?? await KnownAsync(guest, key, cancel)
            ?? (
                openFarm.Settings.AcceptsHostKeys ? "by you (--accept-host-key)"
                : isOwn ? $"{AtFirstSight}, on network {door!.Network}, which Croft made"
                : await AgentAsync(guest, key, AgentPatience, cancel) ?? await DiskAsync(key, cancel)
            );
    }

    /// <summary>What its disk has; a key that was made a moment ago may not be there yet.</summary>
    async Task<string?> DiskAsync(string key, CancellationToken cancel)
    {
        var folder = Path.Combine(openFarm.Farm.StateDirectory, "keys", $"disk-{Guid.NewGuid():n}");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            var disk = Path.Combine(folder, "disk");
            await engine.CopyDiskAsync(await engine.RecordAsync(record.Id, cancel), disk, cancel);
            return Has(await HostKeysOnDisk.ReadAsync(disk, cancel), key) ? "by its disk" : null;
        }
        catch (CroftException)
        {
            return null; // the disk is on another host, a program is missing, or there is no room for a copy
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    async Task<string?> AgentAsync(IGuest guest, string key, TimeSpan patience, CancellationToken cancel)
    {
        if (engine.AgentOf(record.Id) is not { } agent)
            return null;
        var since = openFarm.Settings.Clock.GetTimestamp();
        while (await agent.RefusalAsync(cancel) is { } refusal)
        {
            if (
                refusal.StartsWith(IGuestAgent.Forbids, StringComparison.Ordinal)
                || openFarm.Settings.Clock.GetElapsedTime(since) >= patience
            )
                return null;
            await Poll.DelayAsync(Pause, openFarm.Settings.Clock, cancel);
        }

        return Judge(
            await new AgentGuest(guest.Access with { User = "root" }, agent).RunAsync(new(Keys), cancel),
            key,
            "by its guest agent"
        );
    }

    /// <summary>What it has shown there, or shows to one who logs in where it asks for a name.</summary>
    async Task<string?> ConsoleAsync(IGuest guest, string key, CancellationToken cancel)
    {
        if (!engine.Can.Console)
            return null;
        var shown = System.Text.Encoding.UTF8.GetString(await engine.ConsoleTextAsync(record.Id, ConsoleSize, cancel) ?? []);
        if (shown.Contains(key.Split(' ')[1], StringComparison.Ordinal) || shown.Contains(Fingerprint(key), StringComparison.Ordinal))
            return "by its console";
        if (guest.Access.Login.Password is null || !shown.TrimEnd().EndsWith("login:", StringComparison.Ordinal))
            return null;
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(ConsolePatience);
        try
        {
            var serial = new SerialGuest(guest.Access, openFarm.Ssh.Desk, stop => engine.OpenConsoleAsync(record.Id, stop));
            return Judge(await serial.RunAsync(new(Keys), late.Token), key, "by a login at its console");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    async Task<string?> KnownAsync(IGuest guest, string key, CancellationToken cancel)
    {
        var file = openFarm.Settings.KnownHosts;
        if (!File.Exists(file))
            return null;
        var (address, port) = (guest.Access.Address.ToString(), guest.Access.Port);
        foreach (var name in new[] { port == LoginSpec.SshPort ? address : $"[{address}]:{port}", guest.Access.Name, guest.Access.Alias })
        {
            var found = await new Tool("ssh-keygen", "-F", name, "-f", file).RunAsync(cancel);
            var lines = found.ExitCode == 0 ? found.Output.Split('\n').Where(line => Has(line, key)).ToList() : [];
            if (lines.Exists(line => line.StartsWith("@revoked", StringComparison.Ordinal)))
                throw CroftException.World(
                    $"machine \"{record.Name}\" runs, but its host key {Fingerprint(key)} is revoked in {file}",
                    $"croft console {record.Name} enters the machine; give it another key, or take the line out of that file"
                );
            if (lines.Exists(line => line[0] != '@')) // @cert-authority vouches for certificates
                return $"by {file}";
        }

        return null;
    }

    /// <exception cref="CroftException">The guest itself says other keys.</exception>
    string? Judge(ToolResult said, string key, string by) =>
        said.ExitCode != 0 || said.Output.Trim().Length == 0 ? null
        : Has(said.Output, key) ? by
        : throw CroftException.World(
            $"who answers ssh of machine \"{record.Name}\" is not the machine: its host key is {Fingerprint(key)}, and the guest itself has others",
            $"does another host have its address? croft console {record.Name} enters the machine"
        );

    static bool Has(string text, string key) => text.Split('\n').Any(line => line.Contains(key, StringComparison.Ordinal));

    CroftException Unknown(IGuest guest, string key) =>
        CroftException.World(
            $"machine \"{record.Name}\" runs, but nobody vouches for its host key: {key.Split(' ')[0]} {Fingerprint(key)} at {guest.Access.Address}:{guest.Access.Port}, on a network that others made",
            $"if that is the machine's (croft console {record.Name} enters it): croft up --accept-host-key {record.Name}, or host_key: {key} in the farm file"
        );

    static string Fingerprint(string key) =>
        $"SHA256:{Convert.ToBase64String(SHA256.HashData(Convert.FromBase64String(key.Split(' ')[1]))).TrimEnd('=')}";
}
