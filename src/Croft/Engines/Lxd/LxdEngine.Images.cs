using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Croft.Journal;
using Croft.Lxd;
using Croft.Tools;

namespace Croft.Engines.Lxd;

/// <summary>Images are the service's own, by the digest of their bytes; a property says which of Croft's one is.</summary>
sealed partial class LxdEngine
{
    public Task<ImageFiles> EnsureImageAsync(ImageFiles image, RunJournal journal, IProgress<long>? progress, CancellationToken cancel) =>
        CallAsync("bringing an image", async () =>
        {
            if (await FindCopyAsync(image.Id, cancel) is { } known)
                return image with { Copy = known };
            journal.Intent("create", "image", image.Id[..12], Name);
            return image with { Copy = await UploadAsync(image, cancel) };
        });

    async Task<string?> FindCopyAsync(string id, CancellationToken cancel) =>
        (await ListImagesAsync(cancel)).FirstOrDefault(i => i.Properties?.GetValueOrDefault(LxdNames.Image) == id)?.Fingerprint;

    Task<Image[]> ListImagesAsync(CancellationToken cancel) =>
        client.GetAsync("1.0/images?recursion=1", LxdJson.Default.ImageArray, cancel);

    async Task<string> UploadAsync(ImageFiles image, CancellationToken cancel)
    {
        await using var file = File.OpenRead(Path.Combine(image.Directory, image.Disk));
        await using var metadata = image.Metadata is { } name ? File.OpenRead(Path.Combine(image.Directory, name)) : null;
        using var root = new StreamContent(file);
        root.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var about = metadata is null ? null : new StreamContent(metadata);
        using var both = new MultipartFormDataContent();
        HttpContent content = root;
        if (about is not null)
        {
            both.Add(about, "metadata", "metadata");
            both.Add(root, "rootfs", "rootfs");
            content = both;
        }

        content.Headers.Add("X-LXD-filename", image.Disk);
        content.Headers.Add("X-LXD-properties", $"{LxdNames.Image}={image.Id}&description=Croft%20{image.Id[..12]}");
        content.Headers.Add("X-Incus-filename", image.Disk);
        content.Headers.Add("X-Incus-properties", $"{LxdNames.Image}={image.Id}&description=Croft%20{image.Id[..12]}");
        try
        {
            var made = await client.RunAsync(HttpMethod.Post, "1.0/images", content, null, cancel);
            return made.Word("fingerprint")?.GetString() ?? throw new LxdException("the service names no fingerprint", 502);
        }
        catch (LxdException e) when (e.Message.Contains("already exists", StringComparison.OrdinalIgnoreCase))
        {
            // Another controller was faster with the same bytes; or it is there under no name of Croft's.
            string?[] parts = [metadata?.Name, file.Name];
            return await FileDigest.OfAsync(HashAlgorithmName.SHA256, parts.OfType<string>(), cancel);
        }
    }

    /// <summary>Writes a machine's root file system and its metadata, one archive that is not packed. The machine goes on.</summary>
    public Task CopyDiskAsync(MachineRecord machine, string file, CancellationToken cancel) =>
        CallAsync($"making an image of {machine.Id}", async () =>
        {
            var own = (await RequireAsync(machine.Id, cancel)).Name;
            await TidyAsync(own, cancel);
            var snapshot = LxdNames.SnapshotForAnImage();
            var kept = $"1.0/instances/{own}/snapshots";
            await client.RunAsync(HttpMethod.Post, kept, new JsonObject { ["name"] = snapshot, ["stateful"] = false }, cancel);
            try
            {
                await ExportAsync(own, snapshot, file, cancel);
            }
            finally
            {
                await client.RunAsync(HttpMethod.Delete, $"{kept}/{snapshot}", null, CancellationToken.None);
            }
        });

    /// <summary>Removes what a command that was killed left: its snapshot, and the archive of it, which would be the same again.</summary>
    async Task TidyAsync(string instance, CancellationToken cancel)
    {
        foreach (
            var image in (await ListImagesAsync(cancel)).Where(i =>
                i.Properties?.GetValueOrDefault(LxdNames.Image) == LxdNames.ArchiveOf(instance)
            )
        )
            await client.RunAsync(HttpMethod.Delete, $"1.0/images/{image.Fingerprint}", null, cancel);
        foreach (var snapshot in (await SnapshotNamesAsync(instance, cancel)).Where(LxdNames.IsForAnImage))
            await client.RunAsync(HttpMethod.Delete, $"1.0/instances/{instance}/snapshots/{snapshot}", null, cancel);
    }

    async Task ExportAsync(string instance, string snapshot, string file, CancellationToken cancel)
    {
        var source = new JsonObject { ["type"] = "snapshot", ["name"] = $"{instance}/{snapshot}" };
        var body = new JsonObject
        {
            ["source"] = source,
            ["compression_algorithm"] = "none",
            ["properties"] = new JsonObject { [LxdNames.Image] = LxdNames.ArchiveOf(instance) },
        };
        var made = await client.RunAsync(HttpMethod.Post, "1.0/images", body, cancel);
        var path = $"1.0/images/{made.Word("fingerprint")?.GetString()}";
        try
        {
            using var reply = await client.OpenAsync(path + "/export", cancel);
            await using var to = new FileStream(file, FileMode.Create);
            await reply.Response.Content.CopyToAsync(to, cancel);
        }
        finally
        {
            await client.RunAsync(HttpMethod.Delete, path, null, CancellationToken.None);
        }
    }

    public async Task<ImmutableArray<Leftover>> UnusedImagesAsync(
        IReadOnlyCollection<string> own,
        DateTimeOffset before,
        CancellationToken cancel
    ) =>
        [
            .. from image in await CallAsync("listing images", () => ListImagesAsync(cancel))
            let id = image.Properties?.GetValueOrDefault(LxdNames.Image)
            where id is not null && !own.Contains(id) && image.UploadedAt < before
            select new Leftover(Name, LeftoverKind.Copy, image.Fingerprint, image.Size, "this user has no such image"),
        ];

    public async Task<ImmutableArray<Leftover>> LeftoversAsync(
        string farm,
        string? owner,
        DateTimeOffset before,
        IEnumerable<MachineRecord> superfluous,
        CancellationToken cancel
    )
    {
        var instances = await ListInstancesAsync(cancel);
        var there = MachinesOf(instances).Select(m => m.Record).OfType<MachineRecord>().ToList();
        var networks = await CallAsync("listing networks", () => ListManagedAsync(cancel));
        return
        [
            .. from machine in superfluous
            where there.Any(r => r.Id == machine.Id)
            select new Leftover(Name, LeftoverKind.Machine, machine.Id.ToString(), 0, "a newer one is on another hypervisor", machine),
            .. from instance in instances
            let record = LxdRecord.Of(instance)
            where record?.Farm == farm && record.Owner == owner && instance.CreatedAt < before && there.All(r => r.Id != record.Id)
            select new Leftover(Name, LeftoverKind.Volume, instance.Name, 0, $"there is no machine \"{record.Name}\" here"),
            .. from network in networks
            let state = StateOf(network)
            where state.Farm is not null && state.Made < before && network.UsedBy is null or [] && there.All(r => r.Farm != state.Farm)
            select new Leftover(Name, LeftoverKind.Network, state.Name, 0, $"no machine of farm \"{state.Farm}\" is here"),
        ];
    }

    public Task<bool> RemoveAsync(Leftover leftover, CancellationToken cancel) => CallAsync($"removing {leftover.Name}", async () =>
        {
            foreach (var path in await PathsOfAsync(leftover, cancel))
                await client.RunAsync(HttpMethod.Delete, path, null, cancel);
            return true;
        });

    async Task<IReadOnlyList<string>> PathsOfAsync(Leftover leftover, CancellationToken cancel) =>
        leftover.Kind switch
        {
            LeftoverKind.Network =>
            [
                .. (await ListManagedAsync(cancel)).Where(n => NameOf(n) == leftover.Name).Select(n => $"1.0/networks/{n.Name}"),
            ],
            LeftoverKind.Image =>
            [
                .. (await ListImagesAsync(cancel))
                    .Where(i => i.Properties?.GetValueOrDefault(LxdNames.Image) == leftover.Name)
                    .Select(i => $"1.0/images/{i.Fingerprint}"),
            ],
            LeftoverKind.Volume => [$"1.0/instances/{leftover.Name}"],
            _ => [$"1.0/images/{leftover.Name}"],
        };

    /// <summary>Nothing here is emulated or accelerated.</summary>
    public Task<TimeSpan?> ProveAsync(string arch, string virtType, ImageFiles image, TimeProvider clock, CancellationToken cancel) =>
        Task.FromResult<TimeSpan?>(null);
}
