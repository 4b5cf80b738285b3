using System.Text.Json.Serialization;

namespace Croft.Images;

/// <summary>JSON of the store's own files, and of what <c>qemu-img info</c> and the guest build write.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UseStringEnumConverter = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(StoredImage))]
[JsonSerializable(typeof(GuestManifest))]
[JsonSerializable(typeof(DownloadState))]
[JsonSerializable(typeof(BundleManifest))]
sealed partial class ImageJson : JsonSerializerContext;

/// <summary><c>manifest.json</c> of a guest build: how to boot it.</summary>
sealed record GuestManifest(string Kernel, string EfiKernel, string Initrd, string Disk, string Console, string Arguments);
