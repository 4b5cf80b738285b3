using System.Text;
using Croft.Farms.Reading;

namespace Croft.Farms;

/// <summary>The key reference of docs/farm-file.md, made from the definitions that read farm files.</summary>
static class FarmKeyReference
{
    public static string ToMarkdown()
    {
        StringBuilder text = new();
        HashSet<MapShape> written = [];
        Write(text, "", FarmKeys.Map, written);
        return text.ToString();
    }

    static void Write(StringBuilder text, string path, MapShape map, HashSet<MapShape> written)
    {
        var fields = map.Fields.Where(field => !field.Hidden).ToList();
        var isEntry = map == VmsKeys.Entry;
        var own =
            isEntry || map == MachineKeys.Platform ? fields.Except(MachineKeys.All).ToList()
            : map == MachineKeys.Target ? []
            : fields;
        text.Append($"### {(path.Length == 0 ? "The file" : $"`{path}`")}\n\n");
        Table(text, own);
        if (own.Count < fields.Count)
            text.Append(own.Count == 0 ? "" : "\n").Append("The keys of a machine, below.\n");

        foreach (var field in own)
            Inner(text, path, field, written);

        if (isEntry)
        {
            text.Append("\n### Keys of a machine\n\nIn a target, in a platform and in an entry of `vms.list`.\n\n");
            Table(text, MachineKeys.All);
            foreach (var field in MachineKeys.All)
                Inner(text, "", field, written);
        }
    }

    static void Inner(StringBuilder text, string path, Field field, HashSet<MapShape> written)
    {
        foreach (var (suffix, map) in field.Shape.Maps)
        {
            if (written.Add(map))
            {
                text.Append('\n');
                Write(text, $"{path}{(path.Length == 0 ? "" : ".")}{field.Name}{suffix}", map, written);
            }
        }
    }

    static void Table(StringBuilder text, IReadOnlyCollection<Field> fields)
    {
        if (fields.Count == 0)
            return;

        text.Append("| key | value | what it does | default |\n| --- | --- | --- | --- |\n");
        foreach (var field in fields)
            text.Append(
                $"| `{field.Name}` | {field.Shape.Type} | {field.Doc} | {(field.Required ? "required" : field.DefaultText ?? "")} |\n"
            );
    }
}
