using System.Collections.Immutable;
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
        return
        [
            new("CROFT_VM", vm),
            new("CROFT_VM_NAME", (string)values["name"]!),
            new("CROFT_PLATFORM", (string)values["platform"]!),
            new("CROFT_TARGET", (string)values["target"]!),
        ];
    }

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
