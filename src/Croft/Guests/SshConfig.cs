using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Croft.Guests;

/// <summary>
/// Writes the ssh configuration and known_hosts of a farm's guests. Checking host keys is always on; the keys were decided by Croft and
/// stand in the
/// machines' own records, so both files can be written again at any time.
/// </summary>
public static class SshConfig
{
    /// <summary>Seconds. A server that is emulated inside an emulated machine takes half a minute to greet.</summary>
    const int InsideTimeout = 180;

    /// <summary>Bytes of the names that sockets get.</summary>
    internal const int LongestName = 20;

    /// <summary>The configuration's text, accepted by <c>ssh -F</c>.</summary>
    public static string Text(IEnumerable<GuestAccess> guests, SshFiles files) => Text(guests, files, files);

    /// <param name="own">Where this configuration is, when it is a way's.</param>
    static string Text(IEnumerable<GuestAccess> guests, SshFiles files, SshFiles own)
    {
        var text = new StringBuilder();
        foreach (var guest in guests)
            text.Append(Entry(guest, files, own));
        text.Append(
            CultureInfo.InvariantCulture,
            $"""
            Host *
                UserKnownHostsFile {Quote(own.KnownHosts)}
                GlobalKnownHostsFile /dev/null
                StrictHostKeyChecking yes
                IdentityFile {Quote(files.UserKey)}
                IdentitiesOnly yes
                ControlMaster auto
                ControlPersist 10m
                ConnectTimeout 20
                ServerAliveInterval 15
                ServerAliveCountMax 8
                LogLevel ERROR

            """
        );
        return text.ToString();
    }

    static string Entry(GuestAccess guest, SshFiles files, SshFiles own) =>
        $"""
            Host {guest.Name} {guest.Alias}
                HostName {guest.Address}
                Port {guest.Port}
                User {guest.User}
                HostKeyAlias {guest.Alias}
                ControlPath {Quote(SocketOf(guest, own))}

            """
        + (guest.Inside is null ? "" : $"    ConnectTimeout {InsideTimeout.ToString(CultureInfo.InvariantCulture)}\n")
        + (guest.Login.Password is null ? "" : "    NumberOfPasswordPrompts 1\n")
        + (WayOf(guest, files) is { } way ? $"    ProxyCommand {way.ProxyCommand}\n\n" : "\n");

    /// <summary>Writes both files for these guests and makes the folder of the shared connections.</summary>
    public static void Write(IReadOnlyCollection<GuestAccess> guests, SshFiles files)
    {
        Directory.CreateDirectory(files.Folder);
        MakeSockets(files);
        Replace(files.KnownHosts, string.Concat(guests.Where(g => g.HostKey.Length > 0).Select(Known)));
        Replace(files.Config, Text(guests, files));
    }

    /// <summary>
    /// Adds the guests that the files do not know: while a command changes the farm they are its own, and know machines that do not exist
    /// yet.
    /// </summary>
    internal static void Add(IReadOnlyCollection<GuestAccess> guests, SshFiles files)
    {
        if (!File.Exists(files.Config) || !File.Exists(files.KnownHosts))
        {
            Write(guests, files);
            return;
        }

        MakeSockets(files);
        var (config, known) = (File.ReadAllText(files.Config), File.ReadAllText(files.KnownHosts));
        var added = guests.Where(g => !config.Contains($"Host {g.Name} {g.Alias}\n", StringComparison.Ordinal)).ToList();
        foreach (var guest in guests.Where(g => g.HostKey.Length > 0 && !known.Contains(g.Alias + " ", StringComparison.Ordinal)))
            AddKey(guest, files);
        if (added.Count > 0)
            Replace(files.Config, string.Concat(added.Select(g => Entry(g, files, files))) + config);
    }

    /// <summary>Adds the key of a guest that both files know without one.</summary>
    internal static void AddKey(GuestAccess guest, SshFiles files) => File.AppendAllText(files.KnownHosts, Known(guest));

    /// <summary>Makes the folder of the shared connections.</summary>
    /// <exception cref="CroftException">Somebody else made it, or its path leaves no room for a socket.</exception>
    internal static void MakeSockets(SshFiles files)
    {
        if (!SshFiles.IsShort(files.Sockets))
            throw CroftException.World($"the path of {files.Sockets} is too long for the sockets of ssh's shared connections", SocketsHint);
        MakeSockets(files.Sockets);
    }

    const string SocketsHint = "set XDG_RUNTIME_DIR to a folder of your own with a short path";

    /// <inheritdoc cref="MakeSockets(SshFiles)"/>
    internal static void MakeSockets(string folder)
    {
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        try
        {
            Directory.CreateDirectory(folder, OwnerOnly);
            if (new DirectoryInfo(folder).LinkTarget is null)
            {
                File.SetUnixFileMode(folder, OwnerOnly); // only its owner may
                return;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Told below, with the cure.
        }

        throw CroftException.World($"{folder}, for the sockets of ssh's shared connections, is no folder of this user's", SocketsHint);
    }

    /// <summary>The socket of the connection that all commands to a guest share.</summary>
    public static string SocketOf(GuestAccess guest, SshFiles files)
    {
        var id = SHA256.HashData(Encoding.UTF8.GetBytes(files.Folder + "\n" + guest.Alias));
        return Path.Combine(files.Sockets, Convert.ToHexStringLower(id)[..16]);
    }

    /// <summary>The way to a guest; null is directly.</summary>
    internal static Way? WayOf(GuestAccess guest, SshFiles files) =>
        guest.Inside is { } machine ? Way.Through(machine, files.Through(machine))
        : guest.Jumps.IsEmpty ? null
        : Way.Through(guest.Jumps, files.Sockets);

    /// <summary>
    /// Writes what leads through a machine of the farm to libvirt in it and to the machines inside. Returns the way's own files.
    /// </summary>
    internal static SshFiles WriteWay(GuestAccess machine, SshFiles files)
    {
        const UnixFileMode Program = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var own = files.Through(machine.Name);
        Directory.CreateDirectory(own.Folder);
        MakeSockets(own);
        Replace(own.KnownHosts, $"{machine.Alias} {machine.HostKey}\n");
        Replace(own.Config, Text([machine], files, own));
        Replace(own.Program, $"#!/bin/sh\nexec ssh -F {ShellWord.Quote(own.Config)} -o BatchMode=yes \"$@\"\n", Program);
        return own;
    }

    static string Known(GuestAccess guest) => $"{guest.Alias} {guest.HostKey}\n";

    /// <summary>Readers never see half a file.</summary>
    static void Replace(string file, string content, UnixFileMode? mode = null)
    {
        if (File.Exists(file) && File.ReadAllText(file) == content)
            return;
        var next = $"{file}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}";
        File.WriteAllText(next, content);
        if (mode is { } allowed)
            File.SetUnixFileMode(next, allowed);
        File.Move(next, file, overwrite: true);
    }

    /// <summary>OpenSSH expands %, drops backslashes, and has no way to escape a quote or a variable.</summary>
    internal static string Quote(string path) =>
        path.Contains('"', StringComparison.Ordinal) || path.Contains("${", StringComparison.Ordinal) || path.Any(char.IsControl)
            ? throw CroftException.Usage(
                $"OpenSSH cannot use a path with a quote, a variable or a line break in it: {path}",
                "move the folder"
            )
            : $"\"{path.Replace("%", "%%", StringComparison.Ordinal).Replace("\\", "\\\\", StringComparison.Ordinal)}\"";
}
