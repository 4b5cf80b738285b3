using System.Text.Json.Serialization;

namespace Croft.Lxd;

/// <summary>The service's answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Answer))]
[JsonSerializable(typeof(Event))]
[JsonSerializable(typeof(Operation))]
[JsonSerializable(typeof(LifecycleEvent))]
[JsonSerializable(typeof(Server))]
[JsonSerializable(typeof(Resources))]
[JsonSerializable(typeof(Instance))]
[JsonSerializable(typeof(Instance[]))]
[JsonSerializable(typeof(InstanceState))]
[JsonSerializable(typeof(Snapshot))]
[JsonSerializable(typeof(Snapshot[]))]
[JsonSerializable(typeof(Network))]
[JsonSerializable(typeof(Network[]))]
[JsonSerializable(typeof(StoragePool[]))]
[JsonSerializable(typeof(Volume[]))]
[JsonSerializable(typeof(Image))]
[JsonSerializable(typeof(Image[]))]
[JsonSerializable(typeof(Profile[]))]
[JsonSerializable(typeof(Member[]))]
[JsonSerializable(typeof(Project))]
[JsonSerializable(typeof(ProjectState))]
[JsonSerializable(typeof(string[]))]
sealed partial class LxdJson : JsonSerializerContext;
