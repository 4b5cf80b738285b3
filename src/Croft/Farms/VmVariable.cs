using System.Text.Json.Nodes;

namespace Croft.Farms;

/// <summary>What the variable <c>vm</c> says of a machine already before it exists: what its declaration decides.</summary>
static class VmVariable
{
    /// <summary>Sizes are in bytes, <c>ram</c> in MiB. Free properties are at the root, too, where no other has the name.</summary>
    public static JsonObject Of(MachineSpec spec)
    {
        var vm = new JsonObject
        {
            ["name"] = spec.Name,
            ["platform"] = spec.Platform,
            ["target"] = spec.Target,
            ["arch"] = spec.Arch,
            ["vcpus"] = spec.Vcpus,
            ["memory"] = spec.Memory,
            ["ram"] = spec.Memory >> 20,
            ["disks"] = new JsonArray([.. spec.Disks.Select(Disk)]),
            ["properties"] = JsonNode.Parse(spec.Properties),
        };
        if (spec.Machine is { } model)
            vm["machine"] = model;
        if (spec.Cpu is { } cpu)
            vm["cpu"] = cpu;
        foreach (var (name, value) in JsonNode.Parse(spec.Properties)!.AsObject())
            vm.TryAdd(name, value?.DeepClone());
        return vm;
    }

    /// <summary>What programs of the user's find in their environment.</summary>
    /// <param name="vm">The variable's text.</param>
    public static IEnumerable<KeyValuePair<string, string>> Environment(string vm)
    {
        var values = JsonNode.Parse(vm)!;
        return Names((string)values["name"]!, (string)values["platform"]!, (string)values["target"]!).Prepend(new("CROFT_VM", vm));
    }

    /// <summary>What scripts ask for most, by names of their own.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Names(string machine, string platform, string target) =>
        [new("CROFT_VM_NAME", machine), new("CROFT_PLATFORM", platform), new("CROFT_TARGET", target)];

    static JsonObject Disk(DiskSpec disk, int index) =>
        new()
        {
            ["name"] = disk.Name,
            ["size"] = disk.Size,
            ["mount"] = disk.Mount,
            ["type"] = disk.Raw ? "raw" : "qcow2",
            ["devname"] = $"vd{(char)('b' + index)}",
        };
}
