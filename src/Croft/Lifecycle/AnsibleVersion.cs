using System.Globalization;
using Croft.Tools;

namespace Croft.Lifecycle;

/// <summary>The versions of ansible-core and of the installed collections, which a layer made by Ansible depends on.</summary>
static class AnsibleVersion
{
    /// <summary>Asks Ansible once for each state of its program; asking takes it a second.</summary>
    /// <exception cref="CroftException">It is not installed.</exception>
    public static async Task<string> ReadAsync(string cache, CancellationToken cancel)
    {
        var program = (await new Tool("which", "ansible-playbook").RunAsync(cancel)).Output.Trim();
        if (program.Length == 0)
            throw CroftException.World("a phase is an Ansible task list, but ansible-playbook is not installed", "apt-get install ansible-core");
        var stamp = string.Create(CultureInfo.InvariantCulture, $"{program} {File.GetLastWriteTimeUtc(program):O} {CollectionsStamp(program)}");
        var file = Path.Combine(cache, "ansible-version");
        if (File.Exists(file) && await File.ReadAllLinesAsync(file, cancel) is [var known, var version] && known == stamp)
            return version;
        var core = (await new Tool(program, "--version").RunCheckedAsync("asking for Ansible's version", cancel)).Split('\n')[0];
        var collections = await new Tool("ansible-galaxy", "collection", "list", "--format", "json").RunAsync(cancel);
        version = core + " " + Planning.Identity.Digest(collections.Output);
        Directory.CreateDirectory(cache);
        await File.WriteAllLinesAsync(file, [stamp, version], cancel);
        return version;
    }

    static string CollectionsStamp(string program)
    {
        var folders = new[] { Path.Combine(Path.GetDirectoryName(program)!, "../share/ansible/collections/ansible_collections"), "/usr/lib/python3/dist-packages/ansible_collections" };
        return string.Join(' ', folders.Where(Directory.Exists).Select(f => Directory.GetLastWriteTimeUtc(f).ToString("O", CultureInfo.InvariantCulture)));
    }
}
