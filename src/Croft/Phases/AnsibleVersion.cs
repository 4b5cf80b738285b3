using System.Globalization;
using System.Security.Cryptography;
using Croft.Planning;
using Croft.Tools;

namespace Croft.Phases;

/// <summary>The version of ansible-core, and what it finds on this host beside the phases: collections, roles and plugins. A layer made by Ansible depends on them.</summary>
static class AnsibleVersion
{
    /// <summary>UTF-8, and part of every C library.</summary>
    public const string Locale = "C.UTF-8";

    const int MostFiles = 20_000;

    static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, MaxRecursionDepth = 16 };

    /// <summary>Asks Ansible, which takes half a second, and looks through the folders that it names.</summary>
    /// <param name="phases">The phases folder; an ansible.cfg in it decides.</param>
    /// <exception cref="CroftException">It is not installed.</exception>
    public static async Task<string> ReadAsync(string phases, CancellationToken cancel)
    {
        string said;
        try
        {
            said = await new Tool("ansible-playbook", "--version") { Directory = phases, Environment = new Dictionary<string, string?> { ["LC_ALL"] = Locale } }
                .RunCheckedAsync("asking for Ansible's version", cancel);
        }
        catch (CroftException e) when (e.InnerException is not null)
        {
            throw CroftException.World("a phase is an Ansible task list, but ansible-playbook is not installed", "apt-get install ansible-core", e);
        }

        var found = Collections(said).Concat(Trees(said)).Distinct().Order(StringComparer.Ordinal).Select(folder => StateOf(folder, cancel));
        return said.Split('\n')[0] + " " + Identity.Digest(found);
    }

    static IEnumerable<string> Collections(string said) =>
        from path in Named(said, "ansible collection location").Append(Path.GetDirectoryName(Named(said, "ansible python module location").FirstOrDefault() ?? "") ?? "")
        where path.Length > 0
        let all = Path.Combine(path, "ansible_collections")
        where Directory.Exists(all)
        from space in Directory.EnumerateDirectories(all)
        from collection in Directory.EnumerateDirectories(space)
        select collection;

    /// <summary>Modules are sought in <c>~/.ansible/plugins/modules</c>; the other plugins are beside them, the roles beside these.</summary>
    static IEnumerable<string> Trees(string said) =>
        from modules in Named(said, "configured module search path")
        let plugins = Path.GetDirectoryName(modules)
        where plugins is not null && Path.GetFileName(plugins) == "plugins"
        from folder in new[] { plugins, Path.Combine(Path.GetDirectoryName(plugins)!, "roles"), "/etc/ansible/roles" }
        where Directory.Exists(folder)
        select folder;

    /// <summary><c>name = a:b</c>, or <c>name = ['a', 'b']</c>.</summary>
    static string[] Named(string said, string name) =>
        said.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.StartsWith(name + " = ", StringComparison.Ordinal)) is { } line
            ? line[(name.Length + 3)..].Split(['[', ']', '\'', ',', ':'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : [];

    /// <summary>An installed collection lists its files with their digests in its manifest; of others, sizes and times have to do.</summary>
    static string StateOf(string folder, CancellationToken cancel)
    {
        var manifest = Path.Combine(folder, "MANIFEST.json");
        if (File.Exists(manifest))
            return folder + " " + Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(manifest)));
        var files = new DirectoryInfo(folder).EnumerateFiles("*", Everything).Take(MostFiles).Where(file => file.Extension != ".pyc").Select(file =>
        {
            cancel.ThrowIfCancellationRequested();
            return string.Create(CultureInfo.InvariantCulture, $"{file.FullName} {(file.Exists ? file.Length : 0)} {file.LastWriteTimeUtc:O}");
        });
        return folder + " " + Identity.Digest(files.Order(StringComparer.Ordinal));
    }
}
