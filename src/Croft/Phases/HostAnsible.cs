using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Croft.Farms;
using Croft.Planning;
using Croft.Tools;

namespace Croft.Phases;

/// <summary>
/// The Ansible of this host, with what it finds here beside the project: collections, roles and plugins. A layer made by Ansible depends on
/// them.
/// </summary>
/// <param name="Key">Its version, and the state of all that.</param>
/// <param name="Python">The interpreter that it runs in.</param>
/// <param name="Site">The folder that this imports it from.</param>
/// <param name="Config">The ansible.cfg that decides; null when there is none.</param>
sealed partial record HostAnsible(string Key, string Python, string Site, string? Config)
{
    /// <summary>UTF-8, and part of every C library.</summary>
    internal const string Locale = "C.UTF-8";

    const int MostFiles = 20_000;
    const string Unasked = "{}";

    static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.None,
        MaxRecursionDepth = 16,
    };

    /// <summary>What the project's requirements ask for; null when it has none.</summary>
    public Requirements? Requirements { get; private init; }

    /// <summary>Whether nothing has to be installed before a run.</summary>
    public bool IsComplete => Requirements?.IsThere != false;

    /// <summary>The collections that are found: <c>community.general</c>.</summary>
    ImmutableHashSet<string> Names { get; init; } = [];

    /// <summary>The caller's environment, which Ansible has too.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>What people answered to Ansible's questions, as JSON.</summary>
    public string Answers { get; init; } = Unasked;

    /// <summary>Whether people were asked anything.</summary>
    public bool HasAsked => Answers != Unasked;

    /// <summary>Asks Ansible, which takes half a second, and looks through the folders that it names.</summary>
    /// <param name="project">Where the phases and the project's folder are; an ansible.cfg in these decides.</param>
    /// <param name="cache">Croft's.</param>
    /// <param name="install">Whether to install what the project's requirements ask for.</param>
    /// <exception cref="CroftException">It is not installed.</exception>
    public static async Task<HostAnsible> ReadAsync(ProjectSpec project, string cache, bool install, CancellationToken cancel)
    {
        var said = await VersionAsync(project, cancel);
        var site = Path.GetDirectoryName(Named(said, "ansible python module location").FirstOrDefault() ?? "") ?? "";
        var python = Regex.Match(said, @"^\s*python version = .*\((/[^()]+)\)\s*$", RegexOptions.Multiline);
        if (!python.Success)
            throw CroftException.World(
                $"ansible-playbook says no Python of its own: {said.Split('\n')[0]}",
                "Croft needs ansible-core 2.14 or newer"
            );
        var version = said.Split('\n')[0];
        var required = Requirements.Of(project, cache, version);
        if (install && required is { IsThere: false })
            await required.InstallAsync(project, cancel);
        var collections = Collections([
                .. Named(said, "ansible collection location"),
                site,
                Path.Combine(project.Root, "collections"),
                .. required is null ? (string[])[] : [required.Collections],
            ])
            .ToList();
        var trees = Trees(said).Concat(required is { IsThere: true } ? [required.Roles] : []).Where(Directory.Exists);
        var found = collections
            .Concat(trees)
            .Distinct()
            .Order(StringComparer.Ordinal)
            .Select(folder => StateOf(folder, cancel))
            .Append(required is { IsThere: false } ? "something to install" : "");
        var config = Regex.Match(said, @"^\s*config file = (/.*)$", RegexOptions.Multiline);
        return new(
            $"{version} {Identity.Digest(found)}",
            python.Groups[1].Value,
            site,
            config.Success ? config.Groups[1].Value.Trim() : null
        )
        {
            Requirements = required,
            Names = [.. collections.Select(folder => $"{Path.GetFileName(Path.GetDirectoryName(folder))}.{Path.GetFileName(folder)}")],
        };
    }

    static async Task<string> VersionAsync(ProjectSpec project, CancellationToken cancel)
    {
        var configured = new[] { project.Root, project.Phases! }.FirstOrDefault(
            folder => File.Exists(Path.Combine(folder, "ansible.cfg")),
            project.Root
        );
        try
        {
            return await new Tool("ansible-playbook", "--version")
            {
                Directory = configured,
                Environment = new Dictionary<string, string?> { ["LC_ALL"] = Locale },
            }.RunCheckedAsync("asking for Ansible's version", cancel);
        }
        catch (CroftException e) when (e.InnerException is not null)
        {
            throw CroftException.World(
                "a phase is an Ansible task list, but ansible-playbook is not installed",
                "apt-get install ansible-core",
                e
            );
        }
    }

    /// <summary>The same, after people were asked what Ansible would ask in every phase.</summary>
    /// <exception cref="CroftException">They could not be asked.</exception>
    public async Task<HostAnsible> AskAsync(ProjectSpec project, CancellationToken cancel)
    {
        var settings = Variables.Where(v => v.Key.StartsWith("ANSIBLE_", StringComparison.Ordinal)).Select(v => $"{v.Key}={v.Value}");
        if (!Questions().IsMatch(string.Join('\n', settings.Append(Config is null ? "" : await File.ReadAllTextAsync(Config, cancel)))))
            return this;
        var folder = Directory.CreateTempSubdirectory("croft-").FullName;
        try
        {
            var asked = await new AnsiblePlay(folder, this, project, project.Phases!).Asking().RunAsync(cancel);
            return asked.ExitCode == 0 && asked.Output.Length > 0
                ? this with
                {
                    Answers = asked.Output,
                }
                : throw CroftException.Usage(
                    $"Ansible asks for passwords, as {Config ?? "the environment"} says, and there is no answer: {asked.LastWords}",
                    "run croft at a terminal, or name a password file there: vault_password_file, become_password_file"
                );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A setting, of ansible.cfg or a variable, that makes Ansible ask.</summary>
    [GeneratedRegex(
        @"^\s*(?:ANSIBLE_)?(?:(?:ask_vault_pass|become_ask_pass)\s*[=:]\s*(?:true|yes|on|1|y|t)\b|vault_identity_list\s*[=:].*@prompt)",
        RegexOptions.IgnoreCase | RegexOptions.Multiline
    )]
    private static partial Regex Questions();

    /// <summary>Whether a collection is found, or will be installed.</summary>
    public bool Has(string collection) => Names.Contains(collection) || Requirements?.MayBring(collection) == true;

    /// <summary>What Ansible lacks to enter guests by their agents, and the cure; null where nothing, or nobody has asked.</summary>
    public (string What, string Cure)? AgentLack { get; private init; }

    /// <summary>The same, after it was seen whether Ansible can enter guests by their agents.</summary>
    public async Task<HostAnsible> ForAgentsAsync(CancellationToken cancel)
    {
        const string Collection = AnsibleInventory.AgentCollection;
        if (!Has(Collection))
            return this with
            {
                AgentLack = (
                    $"the collection {Collection}, which is not installed",
                    $"ansible-galaxy collection install {Collection}, or write the phase as a script"
                ),
            };
        const string Nowhere = "/"; // it would import what lies in the folder that it starts in
        var bindings = await (new Tool(Python, "-c", "import libvirt, libvirt_qemu") with { Directory = Nowhere }).RunAsync(cancel);
        return this with
        {
            AgentLack =
                bindings.ExitCode == 0
                    ? null
                    : (
                        $"libvirt's bindings for {Python}, which are not installed",
                        $"apt-get install python3-libvirt, or, where that is Ansible's own Python, {Python} -m pip install libvirt-python"
                    ),
        };
    }

    /// <summary>What to say of collections that phases and ansible.cfg need and that are not found.</summary>
    public IEnumerable<string> Missing(IEnumerable<(string Module, string File)> used)
    {
        var moved = Moves();
        var needed = used.Select(one => (one.File, Collection: CollectionOf("modules", one.Module)));
        if (Config is not null && OutputOf().Match(ProjectContent.TextOf(Config)) is { Success: true } output)
            needed = needed.Append((Path.GetFileName(Config), CollectionOf("callback", output.Groups[1].Value)));
        return (Requirements?.Empty ?? []).Concat(
            from one in needed.Distinct()
            where one.Collection is not (null or "ansible.builtin" or "ansible.legacy") && !Has(one.Collection)
            select $"{one.File} needs the collection {one.Collection}, which is not installed: ansible-galaxy collection install {one.Collection}, or name it in requirements.yml"
        );

        string? CollectionOf(string kind, string plugin) =>
            (plugin.Contains('.', StringComparison.Ordinal) ? plugin : moved.GetValueOrDefault((kind, plugin)))?.Split('.')
                is [var space, var name, ..]
                ? $"{space}.{name}"
                : null;
    }

    /// <summary>
    /// The plugins that left ansible-core, by kind and short name, with the names that they have in their collections: the redirects of its
    /// <c>ansible_builtin_runtime.yml</c>.
    /// </summary>
    Dictionary<(string Kind, string Name), string> Moves()
    {
        var moves = new Dictionary<(string, string), string>();
        var (kind, name) = ("", "");
        var table = Path.Combine(Site, "ansible", "config", "ansible_builtin_runtime.yml");
        foreach (var line in ProjectContent.TextOf(table).Split('\n'))
        {
            if (Route().Match(line) is { Success: true } route)
                (kind, name) = route.Groups["kind"] is { Success: true } group ? (group.Value, "") : (kind, route.Groups["name"].Value);
            else if (line.StartsWith(Redirect, StringComparison.Ordinal))
                moves[(kind, name)] = line[Redirect.Length..].Trim();
        }

        return moves;
    }

    const string Redirect = "      redirect: ";

    [GeneratedRegex("^(?:  (?<kind>[a-z_]+)|    (?<name>[^ ]+)):$")]
    private static partial Regex Route();

    /// <summary>Ansible ends at a name that it does not find here; of other callbacks it only warns.</summary>
    [GeneratedRegex(@"^\s*stdout_callback\s*[=:]\s*([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex OutputOf();

    static IEnumerable<string> Collections(IEnumerable<string> paths) =>
        from path in paths
        where path.Length > 0
        let all = Path.Combine(path, "ansible_collections")
        where Directory.Exists(all)
        from space in Directory.EnumerateDirectories(all)
        from collection in Directory.EnumerateDirectories(space)
        select collection;

    /// <summary>
    /// Modules are sought in <c>~/.ansible/plugins/modules</c>; the other plugins are beside them, the roles beside these.
    /// </summary>
    static IEnumerable<string> Trees(string said) =>
        from modules in Named(said, "configured module search path")
        let plugins = Path.GetDirectoryName(modules)
        where plugins is not null && Path.GetFileName(plugins) == "plugins"
        from folder in new[] { plugins, Path.Combine(Path.GetDirectoryName(plugins)!, "roles"), "/etc/ansible/roles" }
        where Directory.Exists(folder)
        select folder;

    /// <summary><c>name = a:b</c>, or <c>name = ['a', 'b']</c>.</summary>
    static string[] Named(string said, string name) =>
        said.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.StartsWith(name + " = ", StringComparison.Ordinal))
            is { } line
            ? line[(name.Length + 3)..]
                .Split(['[', ']', '\'', ',', ':'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : [];

    /// <summary>
    /// An installed collection lists its files with their digests in its manifest; of others, sizes and times have to do.
    /// </summary>
    static string StateOf(string folder, CancellationToken cancel)
    {
        var manifest = Path.Combine(folder, "MANIFEST.json");
        if (File.Exists(manifest))
            return folder + " " + Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(manifest)));
        var files = new DirectoryInfo(folder)
            .EnumerateFiles("*", Everything)
            .Take(MostFiles)
            .Where(file => file.Extension != ".pyc")
            .Select(file =>
            {
                cancel.ThrowIfCancellationRequested();
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file.FullName} {(file.Exists ? file.Length : 0)} {file.LastWriteTimeUtc:O}"
                );
            });
        return folder + " " + Identity.Digest(files.Order(StringComparer.Ordinal));
    }
}
