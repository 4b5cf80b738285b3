using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Lifecycle;

/// <summary>What containers of this host need of it and what is not there.</summary>
static class AbsentThings
{
    public static async Task<ImmutableHashSet<string>> OfAsync(Farm farm, CancellationToken cancel)
    {
        var containers = farm.Machines.Select(m => m.Container).OfType<ContainerSpec>().Distinct().ToList();
        var files = containers.SelectMany(ContainerWords.FilesOf).Distinct().Where(file => !Path.Exists(file)).ToList();
        var modules = new List<string>();
        foreach (var module in containers.SelectMany(ContainerWords.ModulesOf).Distinct())
        {
            if (!await IsThereAsync(module, cancel))
                modules.Add(ContainerHost.Module(module));
        }

        return [.. files, .. modules];
    }

    /// <summary>Asked of what will load it; where that is not there, nobody knows.</summary>
    static async Task<bool> IsThereAsync(string module, CancellationToken cancel)
    {
        const string command = "/sbin/modprobe";
        return Directory.Exists("/sys/module/" + module)
            || !File.Exists(command)
            || (await new Tool(command, "-n", "-q", "-b", "--", module).RunAsync(cancel)).ExitCode == 0;
    }
}
