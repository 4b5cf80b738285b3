using System.CommandLine;
using Croft.Farms;

namespace Croft.Cli.Commands;

static class SchemaCommand
{
    public static Command Create(CommandMaker make)
    {
        var catalog = new Option<bool>("--catalog") { Description = "That of the image catalogue's files instead" };
        return make.Make("schema", "Print the JSON Schema of the farm file, for editors", [catalog], (_, parsed, _) =>
        {
            Terminal.Result(parsed.GetValue(catalog) ? FarmSchema.CatalogToJson() : FarmSchema.ToJson());
            return Task.FromResult(0);
        });
    }
}
