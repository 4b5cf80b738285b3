using Croft.Tools;

namespace Croft.Cli.Tests;

public sealed class ForEditorsAndShells : IDisposable
{
    const string Validate = """
        import json, sys, yaml, jsonschema
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft202012Validator.check_schema(schema)
        for file in sys.argv[2:]:
            for error in jsonschema.Draft202012Validator(schema).iter_errors(yaml.safe_load(open(file))):
                print(file, error.json_path, error.message[:200])
        """;

    readonly Cli cli = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => cli.Dispose();

    [Fact]
    public async Task SchemaAcceptsEveryExampleAndWhatInitWrites()
    {
        if ((await new Tool("/usr/bin/python3", "-c", "import jsonschema, yaml").RunAsync(Cancel)).ExitCode != 0)
            Assert.Skip("python3-jsonschema and python3-yaml are not installed");
        var schema = await cli.RunAsync("schema");
        Assert.Equal((0, ""), (schema.ExitCode, schema.Error));
        cli.Write("schema.json", schema.Output);
        Assert.Equal(0, (await cli.RunAsync("init")).ExitCode);
        var examples = Directory.GetFiles(Path.Combine(Cli.Repository, "examples"), "farm.yaml", SearchOption.AllDirectories);
        Assert.NotEmpty(examples);
        Assert.Equal(
            "",
            await new Tool(
                "/usr/bin/python3",
                ["-c", Validate, Path.Combine(cli.Folder, "schema.json"), Path.Combine(cli.Folder, "farm.yaml"), .. examples]
            ).RunCheckedAsync("validating", Cancel)
        );
        cli.Write("bad.yaml", "farm: f\nvms: { list: [ { platfrom: debian_13 } ] }");
        Assert.NotEqual(
            "",
            await new Tool(
                "/usr/bin/python3",
                "-c",
                Validate,
                Path.Combine(cli.Folder, "schema.json"),
                Path.Combine(cli.Folder, "bad.yaml")
            ).RunCheckedAsync("validating", Cancel)
        );
    }

    [Theory]
    [InlineData("croft pl", "plan")]
    [InlineData("croft snapshot cr", "create")]
    [InlineData("croft plan --off", "--offline")]
    [InlineData("croft plan -o js", "json")]
    public async Task SuggestionsAnswerCommandsAndOptions(string line, string word)
    {
        var result = await cli.RunAsync($"[suggest:{line.Length}]", line);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains(word, result.Output.Split('\n'));
    }

    [Fact]
    public async Task BashCompletesFromTheProgramItself()
    {
        var script = await cli.RunAsync("completion", "bash");
        Assert.Equal((0, ""), (script.ExitCode, script.Error));
        cli.Write("completion", script.Output);
        Directory.CreateDirectory(Path.Combine(cli.Folder, "bin"));
        File.CreateSymbolicLink(Path.Combine(cli.Folder, "bin/croft"), Cli.Program);
        const string Ask = """
            set -eu
            PATH=$PWD/bin:$PATH
            . ./completion
            complete -p croft
            ask() { COMP_LINE=$1; COMP_POINT=${#1}; read -ra COMP_WORDS <<< "$1"; [ "${1% }" = "$1" ] || COMP_WORDS+=(''); COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 )); COMPREPLY=(); _croft; echo "$1: ${COMPREPLY[*]}"; }
            ask 'croft pla'
            ask 'croft image re'
            ask 'croft completion '
            """;
        var said = await new Tool("bash", "-c", Ask) { Directory = cli.Folder }.RunCheckedAsync("completing", Cancel);
        Assert.StartsWith(
            "complete -o default -F _croft croft\ncroft pla: plan\ncroft image re: remove\ncroft completion : ",
            said,
            StringComparison.Ordinal
        );
        Assert.Superset(
            new HashSet<string> { "bash", "fish", "zsh" },
            said[said.LastIndexOf(": ", StringComparison.Ordinal)..].Split([' ', '\n', ':']).ToHashSet()
        );
    }

    [Theory]
    [InlineData("zsh", "autoload -Uz compinit; compinit -u -D; . ./completion; whence -w _croft", "_croft: function")]
    [InlineData("fish", "source completion; complete -c croft", "suggest")]
    public async Task OtherShellsLoadTheirScript(string shell, string ask, string said)
    {
        var script = await cli.RunAsync("completion", shell);
        Assert.Equal((0, ""), (script.ExitCode, script.Error));
        if (!File.Exists("/usr/bin/" + shell))
            Assert.Skip($"{shell} is not installed");
        cli.Write("completion", script.Output);
        Assert.Contains(said, await new Tool(shell, "-c", ask) { Directory = cli.Folder }.RunCheckedAsync("loading it", Cancel));
    }
}
