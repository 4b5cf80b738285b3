using System.Collections.Immutable;
using Croft.Engines;
using Croft.Engines.Libvirt;

namespace Croft.Testing;

sealed partial class SimulatedConnection
{
    public Task<bool> CreateOverlayAsync(string name, string backing, long? size, CancellationToken cancel) =>
        CallAsync(
            $"creating disk {name}",
            () =>
            {
                var below = host.Volume(backing)
                    ?? throw CroftException.World($"disk {name} cannot stand on {backing}: hypervisor \"{Name}\" has no such volume");
                return Create(name, backing, Math.Max(size ?? 0, below.Capacity));
            },
            cancel
        );

    public Task<bool> CreateDiskAsync(string name, long size, CancellationToken cancel) =>
        CallAsync($"creating disk {name}", () => Create(name, null, size), cancel);

    public Task GrowDiskAsync(string name, long size, CancellationToken cancel) =>
        CallAsync($"growing disk {name}", () => volumes[name].Grow(size), cancel);

    public Task<bool> CreateFileAsync(string name, long size, CancellationToken cancel) =>
        CallAsync($"creating {name}", () => Create(name, null, size), cancel);

    public Task<bool> UploadAsync(string name, Stream content, IProgress<long>? progress, CancellationToken cancel) =>
        CallAsync(
            $"uploading {name}",
            () =>
            {
                if (!Create(name, null, content.Length))
                    return false;
                Write(name, content);
                return true;
            },
            cancel
        );

    public Task RequireRoomAsync(string name, long size, CancellationToken cancel) => Task.CompletedTask;

    public Task<bool> OverwriteAsync(string name, Stream content, IProgress<long>? progress, CancellationToken cancel) =>
        CallAsync(
            $"uploading {name}",
            () =>
            {
                if (!volumes.ContainsKey(name))
                    return false;
                Write(name, content);
                progress?.Report(content.Length);
                return true;
            },
            cancel
        );

    public Task<byte[]?> DownloadAsync(string name, long offset, CancellationToken cancel) =>
        AskAsync(
            $"reading {name}",
            () =>
                host.Volume(name)?.Content is { } content
                    ? content[(int)(offset < 0 ? Math.Max(0, content.Length + offset) : offset)..]
                    : null,
            cancel
        );

    public Task<IReadOnlyList<string>> ListVolumesAsync(CancellationToken cancel) =>
        AskAsync<IReadOnlyList<string>>("listing volumes", () => [.. volumes.Keys], cancel);

    public Task<DiskFiles> DiskFilesAsync(string? sized, CancellationToken cancel) =>
        AskAsync(
            "reading backing files",
            () =>
                new DiskFiles(
                    volumes.Values.ToDictionary(
                        v => v.Name,
                        v => new DiskFile(v.Name, v.Backing, v.Allocation, v.Changed),
                        StringComparer.Ordinal
                    )
                ),
            cancel
        );

    public Task<ILookup<string, string>> UsersAsync(CancellationToken cancel) =>
        AskAsync(
            "looking what machines use",
            () =>
                machines
                    .Values.SelectMany(
                        m => new[] { m.Defined, m.Live }.OfType<DomainDefinition>().SelectMany(UsedBy),
                        (m, what) => (m.Name, what)
                    )
                    .Distinct()
                    .ToLookup(u => u.what, u => u.Name, StringComparer.Ordinal),
            cancel
        );

    public Task LookAgainAsync(CancellationToken cancel) => CallAsync("looking at the pool again", () => { }, cancel);

    public string? LocalPathOf(string volume) => null;

    public Task<bool> DeleteVolumeAsync(string name, CancellationToken cancel) =>
        CallAsync($"removing {name}", () => volumes.Remove(name), cancel);

    static IEnumerable<string> UsedBy(DomainDefinition machine) =>
        [
            .. machine.Record.Disks.Select(d => d.Volume),
            machine.Record.Seed,
            machine.Console,
            .. new[] { machine.Record.Nvram, machine.Boot?.Kernel, machine.Boot?.Initrd }
                .Concat(machine.Record.Nics.Select(n => n.Bridge))
                .OfType<string>(),
        ];

    bool Create(string name, string? backing, long capacity)
    {
        if (volumes.ContainsKey(name))
            return false;
        CheckSpace(0);
        volumes[name] = new(name, backing, capacity);
        return true;
    }

    void Write(string name, Stream content)
    {
        CheckSpace(content.Length);
        volumes[name].Write(content, simulation.Clock.GetUtcNow());
    }

    void CheckSpace(long bytes)
    {
        if (!host.HasSpace(bytes))
            throw CroftException.World($"hypervisor \"{Name}\": No space left on device", IEngine.SpaceHint);
    }
}
