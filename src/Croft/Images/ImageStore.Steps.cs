using System.Security.Cryptography;
using Croft.Farms;
using Croft.Tools;

namespace Croft.Images;

public sealed partial class ImageStore
{
    /// <summary>Returns an image with its steps done; what was done once is not done again.</summary>
    async Task<StoredImage> EnsureAsync(SteppedImage spec, IProgress<ImageProgress> progress, CancellationToken cancel)
    {
        var source = await EnsureAsync(spec.Source, progress, cancel);
        var key = KeyOf(spec, source);
        using var held = await FileLock.EnterAsync(Path.Combine(Made("locks"), key), null, cancel, holder =>
            progress.Report(new ImageProgress(spec.Title, $"waiting for {holder}, which is making this image"))
        );
        if (Find(spec) is { } there)
        {
            Touch(there.Id);
            return there;
        }

        if (ImageSteps.Missing(spec, GuestfsKernel) is { } missing)
            throw CroftException.World($"image \"{spec.Name}\": {missing}", ImageSteps.Cure);
        await RemoveStaleAsync(key);
        return await MakeAsync(spec, source, key, progress, cancel);
    }

    async Task<StoredImage> MakeAsync(
        SteppedImage spec,
        StoredImage source,
        string key,
        IProgress<ImageProgress> progress,
        CancellationToken cancel
    )
    {
        var temporary = Directory.CreateDirectory(Path.Combine(Made("temporary"), $"{key}-{Guid.NewGuid():N}")).FullName;
        try
        {
            var output = Directory.CreateDirectory(Path.Combine(temporary, "image")).FullName;
            foreach (var file in source.Files.Keys)
                await new Tool(
                    "cp",
                    "--reflink=auto",
                    "--sparse=always",
                    "--",
                    Path.Combine(source.Directory, file),
                    output
                ).RunCheckedAsync($"copying image {spec.Name}", cancel);
            var disk = Path.Combine(output, source.Disk);
            await new ImageSteps(spec.Name, temporary, phase => progress.Report(new(spec.Title, phase))).RunAsync(spec, disk, cancel);
            ImageMaker.MakeReadable(disk);
            var size = (await DiskFile.ProbeAsync(disk, $"image \"{spec.Name}\"", ImageCures.None, cancel)).Size;
            return await PublishAsync(source with { Id = key, Name = spec.Name, DiskSize = size }, output, key, spec.Name, cancel);
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    string KeyOf(SteppedImage spec, StoredImage source) => Hash("steps", source.Id, ImageSteps.Digest(spec, Secret()));

    /// <summary>A key of this store, so that a password's hash says nothing to others.</summary>
    byte[] Secret()
    {
        var file = Path.Combine(Made("keys"), "steps");
        if (!File.Exists(file))
        {
            var made = $"{file}.{Guid.NewGuid():N}";
            using (var key = PrivateFile.Create(made))
                key.Write(RandomNumberGenerator.GetBytes(32));
            File.Move(made, file, overwrite: true);
        }

        return File.ReadAllBytes(file);
    }
}
