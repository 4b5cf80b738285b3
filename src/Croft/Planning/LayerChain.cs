using System.Collections.Immutable;
using Croft.Engines;
using Croft.Farms;

namespace Croft.Planning;

/// <summary>
/// The layers of a machine and their keys. A key is the SHA-256 over the parent's key (the root: the image), the phase's own file, every
/// file below
/// <c>phases</c> that is no phase's own, the project's, the machine's and the command's variables, the machine's properties and groups and,
/// for Ansible phases, Ansible's versions; where a layer holds memory also
/// machine type, CPU model, virtualization type and the hypervisor's version. Names and addresses are not in it.
/// </summary>
static class LayerChain
{
    public const string Clean = "clean";

    /// <summary>
    /// The layers that a run of this machine would use, in order: clean always, dependencies and init where they have a file.
    /// </summary>
    public static ImmutableArray<PlannedLayer> Of(
        PlanInput input,
        MachineSpec spec,
        string virtType,
        string? image,
        ImmutableArray<Nic> nics,
        HypervisorState hypervisor
    )
    {
        var project = input.Farm.Project;
        if (!project.HasSnapshots)
            return [];
        string[] own =
        [
            spec.Vars,
            spec.Properties,
            project.Extra,
            string.Join(' ', spec.Groups.Order(StringComparer.Ordinal)),
            spec.Login.Runs,
        ];
        var vars = own is ["{}", "{}", "{}", "", ""] ? project.Vars : Identity.Digest([project.Vars, .. own]);
        if (project.Name.Length > 0)
            vars = Identity.Digest(vars, project.Id); // phases see whose they are
        var layers = ImmutableArray.CreateBuilder<PlannedLayer>(3);
        var key = image is null ? null : CleanKey(spec, virtType, image, nics, hypervisor);
        var identity = key is null ? null : IdentityOf(nics);
        var isAsItWas = true; // what Ansible read for the layers so far
        Add(Clean, isRead: false);
        foreach (var phase in new[] { Phase.Dependencies, Phase.Init })
        {
            if (input.Phases.Find(phase, spec.Platform, spec.Target) is not { } file)
                continue;
            key = key is null ? null : Identity.Digest([key, PhaseFiles.Name(phase), .. ContentOf(input, spec, file, vars)]);
            Add(PhaseFiles.Name(phase), file.IsAnsible && project.Revision is null);
        }

        return layers.ToImmutable();

        void Add(string name, bool isRead)
        {
            StateId? state = key is null ? null : StateOf(new(input.Farm.Name, spec.Name), key, identity!);
            isAsItWas &= !isRead || state is null || input.Agreeing?.Contains(state.ToString()!) != false;
            layers.Add(new(name, key, isAsItWas && state is { } id && hypervisor.States.Contains(id) ? id : null));
        }
    }

    static string CleanKey(MachineSpec spec, string virtType, string image, ImmutableArray<Nic> nics, HypervisorState hypervisor) =>
        Identity.Digest([
            Clean,
            image,
            Identity.DiskDigest(spec, image),
            spec.Arch,
            virtType,
            .. hypervisor.Can?.States == StateKind.Disks
                ? Array.Empty<string?>()
                : [spec.Machine, spec.Cpu, $"{spec.Vcpus} {spec.Memory}", hypervisor.Version],
            .. spec.Disc is { } disc ? [Identity.DiscOf(disc)] : Array.Empty<string>(),
            .. nics.Select(n => n.Bridge is null ? "user" : "card"),
        ]);

    /// <summary>All that a phase's result depends on, beside what was before it.</summary>
    static string?[] ContentOf(PlanInput input, MachineSpec spec, PhaseFile file, string vars)
    {
        var project = input.Farm.Project;
        var files = project.Revision is { } revision
            ? Identity.Digest("revision", project.Id, revision)
            : Identity.Digest(
                "files",
                file.Digest,
                input.Phases.SharedDigest,
                file.Project,
                file.IsAnsible ? input.Phases.OfHost(spec.Name) : null
            );
        return [files, vars, file.IsAnsible ? $"{input.AnsibleVersion} {string.Join(' ', project.GatherFacts)}" : null];
    }

    /// <summary>A layer as a kept state. Its name carries who the saved memory thinks it is, beside the key.</summary>
    public static StateId StateOf(MachineId machine, string key, string identity) => new(machine, $"layer-{key[..16]}-{identity}");

    /// <summary>A short digest of the cards' identities, which saved memory holds.</summary>
    public static string IdentityOf(IEnumerable<Nic> nics) => Identity.Digest(nics.Select(n => $"{n.Mac} {n.Address}"))[..8];
}
