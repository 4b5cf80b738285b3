using System.Collections.Immutable;

namespace Croft.Farms;

/// <summary>Something that is done to the disk of an image before machines are based on it.</summary>
public abstract record ImageStep;

/// <summary>Gives the disk another format for the steps after it.</summary>
/// <param name="Format"><c>qcow2</c> or <c>raw</c>.</param>
public sealed record ConvertStep(string Format) : ImageStep;

/// <summary>Puts another disk in its place.</summary>
/// <param name="File">Full path.</param>
/// <param name="Sha256">Of that file; lower case hex.</param>
public sealed record ReplaceStep(string File, string Sha256) : ImageStep;

/// <summary>Makes the disk larger.</summary>
/// <param name="Size">Bytes.</param>
public sealed record ResizeStep(long Size) : ImageStep;

/// <summary>Runs a program of the user's on this host, which gets the disk's path.</summary>
/// <param name="File">Full path.</param>
public sealed record RunStep(string File) : ImageStep;

/// <summary>Changes what is on the disk, by libguestfs.</summary>
/// <param name="RootPassword">Root's new password; null leaves it.</param>
/// <param name="Keys">Public keys that may log in as root.</param>
/// <param name="Files">Path in the guest, and the full path on this host.</param>
/// <param name="FirstBoot">A script that runs once; full path, or null.</param>
public sealed record CustomiseStep(
    string? Hostname,
    string? RootPassword,
    string? User,
    ImmutableArray<string> Keys,
    ImmutableArray<string> Packages,
    ImmutableArray<(string Guest, string Host)> Files,
    string? FirstBoot,
    ImmutableArray<string> Commands
) : ImageStep;
