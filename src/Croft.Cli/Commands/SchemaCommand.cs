using System.CommandLine;
using Croft.Farms;

namespace Croft.Cli.Commands;

static class SchemaCommand
{
    public static Command Create(CommandMaker make) => make.Make("schema", "Print the JSON Schema of the farm file, for editors", [], (session, _, _) =>
    {
        Terminal.Result(FarmSchema.ToJson());
        return Task.FromResult(0);
    });
}
