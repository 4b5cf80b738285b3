using System.Text.Json;
using System.Text.Json.Serialization;

namespace Croft.Lxd;

// What the service says, as far as it is read here. All of it may be left out by one version or another.
#pragma warning disable SA1402, SA1649 // one small file of words

/// <summary>What every request is answered with.</summary>
sealed record Answer(
    string? Type = null,
    int StatusCode = 0,
    string? Operation = null,
    int ErrorCode = 0,
    string? Error = null,
    JsonElement? Metadata = null
);

sealed record Event(string? Type = null, string? Project = null, JsonElement? Metadata = null);

sealed record LifecycleEvent(string? Action = null, string? Source = null);

/// <summary>Something that takes a while.</summary>
/// <param name="Err">Why it failed.</param>
sealed record Operation(string Id = "", int StatusCode = 0, string? Status = null, string? Err = null, JsonElement? Metadata = null)
{
    /// <summary>The member of the cluster that does it; <c>none</c> where there is no cluster.</summary>
    public string? Location { get; init; }

    /// <summary>Its word of a name; null when it said none.</summary>
    public JsonElement? Word(string name) =>
        Metadata is { ValueKind: JsonValueKind.Object } said && said.TryGetProperty(name, out var value) ? value : null;
}

/// <param name="Auth"><c>trusted</c> or <c>untrusted</c>.</param>
sealed record Server(string? Auth = null, string[]? ApiExtensions = null, ServerEnvironment? Environment = null)
{
    /// <summary>Null for a client that is restricted to projects: it is shown no configuration, not of networks either.</summary>
    public Dictionary<string, JsonElement>? Config { get; init; }

    /// <summary>Whether it may be such a client. Incus shows it an empty configuration, as one that nobody configured has it.</summary>
    [JsonIgnore]
    public bool MayRestrict => Config is not { Count: > 0 };
}

sealed record ServerEnvironment(
    string? Server = null,
    string? ServerVersion = null,
    string? ServerName = null,
    bool ServerClustered = false,
    string[]? Architectures = null,
    string? Driver = null,
    string? DriverVersion = null,
    string? CertificateFingerprint = null
);

sealed record Resources(ResourcesCpu? Cpu = null, ResourcesMemory? Memory = null);

sealed record ResourcesCpu(int Total = 0);

sealed record ResourcesMemory(long Total = 0);

sealed record Instance(string Name = "", string? Type = null, string? Status = null, string? Location = null, string? Description = null)
{
    // A cluster knows no more than the names of what is on a member that does not answer: the rest is null.
    public string? Architecture { get; init; }

    public bool Ephemeral { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public string[] Profiles
    {
        get;
        init => field = value ?? [];
    } = [];

    public Dictionary<string, string> Config
    {
        get;
        init => field = value ?? [];
    } = [];

    public Dictionary<string, Dictionary<string, string>> Devices
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>With those that its profiles give.</summary>
    public Dictionary<string, string> ExpandedConfig
    {
        get;
        init => field = value ?? [];
    } = [];

    public Dictionary<string, Dictionary<string, string>> ExpandedDevices
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Whether it is on a member that does not answer: then its name and its member are all that is known.</summary>
    [JsonIgnore]
    public bool IsLost => Status == "Error" && CreatedAt == default && Location is not (null or "" or "none");

    public Snapshot[]? Snapshots { get; init; }

    public InstanceState? State { get; init; }
}

sealed record InstanceState(string? Status = null)
{
    public Dictionary<string, InstanceNetwork>? Network { get; init; }

    public Dictionary<string, InstanceDisk>? Disk { get; init; }
}

sealed record InstanceDisk(long Usage = 0);

sealed record InstanceNetwork(string? Hwaddr = null, InstanceAddress[]? Addresses = null);

sealed record InstanceAddress(string? Family = null, string? Address = null, string? Scope = null);

/// <summary>Of an instance.</summary>
sealed record Snapshot(string Name = "", DateTimeOffset CreatedAt = default, bool Stateful = false, long Size = 0)
{
    public Dictionary<string, string> Config { get; init; } = [];

    public Dictionary<string, Dictionary<string, string>> Devices { get; init; } = [];
}

sealed record Network(string Name = "", string? Type = null, bool Managed = false, string? Status = null, string? Description = null)
{
    public Dictionary<string, string> Config { get; init; } = [];

    public string[]? UsedBy { get; init; }
}

sealed record StoragePool(string Name = "", string? Driver = null, string? Status = null);

sealed record Volume(string Name = "", string? Type = null, string? ContentType = null)
{
    public Dictionary<string, string> Config { get; init; } = [];
}

sealed record Image(string Fingerprint = "", string? Type = null, long Size = 0, DateTimeOffset UploadedAt = default)
{
    public Dictionary<string, string>? Properties { get; init; }
}

sealed record Profile(string Name = "")
{
    public Dictionary<string, Dictionary<string, string>> Devices { get; init; } = [];
}

sealed record Project(string Name = "")
{
    public Dictionary<string, string> Config { get; init; } = [];
}

/// <summary>What of its limits a project uses.</summary>
sealed record ProjectState
{
    public Dictionary<string, ProjectResource> Resources { get; init; } = [];
}

/// <param name="Limit">Below zero for none.</param>
sealed record ProjectResource([property: JsonPropertyName("Limit")] long Limit = -1, [property: JsonPropertyName("Usage")] long Usage = 0);

sealed record Member(string ServerName = "", string? Status = null, string? Message = null, string[]? Groups = null)
{
    public Dictionary<string, string> Config { get; init; } = [];

    public string? Architecture { get; init; }

    /// <summary>Whether it gets machines that nobody asked it for.</summary>
    [JsonIgnore]
    public bool TakesAll => Config.GetValueOrDefault("scheduler.instance", "all") == "all";

    [JsonIgnore]
    public bool IsOnline => string.Equals(Status, "Online", StringComparison.OrdinalIgnoreCase);
}
