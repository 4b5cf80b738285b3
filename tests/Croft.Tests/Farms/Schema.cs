using System.Diagnostics;
using System.Text.Json;
using Croft.Farms;

namespace Croft.Tests.Farms;

/// <summary>The schema against a validator that knows nothing of Croft.</summary>
public sealed class Schema
{
    const string Python = "/usr/bin/python3";

    const string Script = """
        import json, sys, yaml, jsonschema
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft202012Validator.check_schema(schema)
        for error in jsonschema.Draft202012Validator(schema).iter_errors(yaml.safe_load(open(sys.argv[2]))):
            print(error.json_path, error.message[:200])
        """;

    public static TheoryData<string> Examples =>
        [
            .. Directory
                .GetDirectories(Path.Combine(Repository.Root, "examples"))
                .Select(folder => Path.Combine(folder, "farm.yaml"))
                .Select(file => Path.GetRelativePath(Repository.Root, file)),
        ];

    [Theory]
    [MemberData(nameof(Examples))]
    public void ValidatesEveryExample(string example) =>
        Assert.Equal("", Validate(File.ReadAllText(Path.Combine(Repository.Root, example))));

    [Theory]
    [InlineData("farm: f\nnetwork: {}")]
    [InlineData("vms: {}")]
    [InlineData("farm: F")]
    [InlineData("farm: f\nvms: { list: [ { platform: p, memory: 512 } ] }")]
    [InlineData("farm: f\nvms: { list: [ { platform: p, memory: 2GB } ] }")]
    [InlineData("farm: f\nvms: { list: [ { platform: p, wait: port } ] }")]
    [InlineData("farm: f\nvms: { list: [ { platform: p, count: 0 } ] }")]
    [InlineData("farm: f\nvms: { list: [ { platform: p, image: { built: mmdebstrap } } ] }")]
    [InlineData("farm: f\nnetworks: { a: { mode: brigde } }")]
    [InlineData("farm: f\nnetworks: { a: { cidr: 10.0.0.0/31 } }")]
    [InlineData("farm: f\ndispatch: { policy: none }")]
    [InlineData("farm: f\nproject: { allowed_phases: [sleep] }")]
    public void RefusesWhatTheReaderRefuses(string text)
    {
        Assert.NotEqual("", Reading.Problems(text));
        Assert.NotEqual("", Validate(text));
    }

    [Fact]
    public void TakesKeysOfTheUsersOwnAtTheTopAlone()
    {
        Assert.Equal("", Validate("farm: f\nx-mine: { any: 1 }"));
        Assert.NotEqual("", Validate("farm: f\nvms: { x-mine: 1 }"));
        Assert.Contains("has no key \"x-mine\"", Reading.Problems("farm: f\nvms: { x-mine: 1 }"), StringComparison.Ordinal);
    }

    [Fact]
    public void DescribesEveryKey()
    {
        using var schema = JsonDocument.Parse(FarmSchema.ToJson());
        Assert.Equal([], Undescribed(schema.RootElement, "$"));
    }

    // An object with "additionalProperties" is a schema of a map; its "properties" are keys of the farm file.
    static IEnumerable<string> Undescribed(JsonElement element, string path) =>
        element.ValueKind switch
        {
            JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Undescribed(item, path)),
            JsonValueKind.Object
                when element.TryGetProperty("additionalProperties", out _) && element.TryGetProperty("properties", out var properties) =>
                properties
                    .EnumerateObject()
                    .SelectMany(key =>
                        Undescribed(key.Value, $"{path}.{key.Name}")
                            .Concat(key.Value.TryGetProperty("description", out _) ? [] : [$"{path}.{key.Name}"])
                    ),
            JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Undescribed(property.Value, path)),
            _ => [],
        };

    static string Validate(string farm)
    {
        if (!File.Exists(Python) || Run("-c", "import jsonschema, yaml").Code != 0)
            Assert.Skip("needs python3-jsonschema and python3-yaml for /usr/bin/python3");

        using TemporaryFolder folder = new();
        var (code, output) = Run("-c", Script, folder.Write("schema.json", FarmSchema.ToJson()), folder.Write("farm.yaml", farm));
        Assert.True(code == 0, output);
        return output;
    }

    static (int Code, string Output) Run(params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, process.ExitCode == 0 ? output : output + errors.Result);
    }
}
