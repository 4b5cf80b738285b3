using System.Text;
using System.Text.Json.Nodes;
using Croft.Farms;
using Croft.Farms.Reading;
using Croft.Tools;

namespace Croft.Lifecycle;

/// <summary>Renders what users say of machines in libvirt's XML where their files are templates of Jinja2.</summary>
static class DomainTemplates
{
    const string Script = "croft_template.py";

    /// <summary>The script's exit code where Jinja2 is missing.</summary>
    const int NoJinja = 3;

    /// <summary>The farm with the definitions of each machine; the same farm where no file is a template.</summary>
    /// <exception cref="CroftException">A template is wrong, or what it makes is.</exception>
    public static async Task<Farm> RenderAsync(Farm farm, CancellationToken cancel)
    {
        var machines = farm.Machines.Where(m => m.DomainXml is { } own && DomainPart.IsTemplate(own.File)).ToList();
        if (machines.Count == 0)
            return farm;
        var jobs = machines.Select(JsonNode? (m) => new JsonObject { ["text"] = m.DomainXml!.Text, ["vm"] = VmVariable.Of(m) });
        var answers = await AskAsync(new JsonArray([.. jobs]).ToJsonString(), cancel);
        var made = machines.Zip(answers, (m, answer) => m with { DomainXml = Take(m, answer!) }).ToDictionary(m => m.Name);
        return farm with { Machines = [.. farm.Machines.Select(m => made.GetValueOrDefault(m.Name, m))] };
    }

    static async Task<JsonArray> AskAsync(string jobs, CancellationToken cancel)
    {
        using var script = new StreamReader(typeof(DomainTemplates).Assembly.GetManifestResourceStream(Script)!);
        var python = new Tool("python3", "-I", "-c", await script.ReadToEndAsync(cancel))
        {
            Input = (stdin, stop) => stdin.WriteAsync(Encoding.UTF8.GetBytes(jobs), stop).AsTask(),
        };
        var result = await python.RunAsync(cancel);
        return result.ExitCode switch
        {
            0 => JsonNode.Parse(result.Output)!.AsArray(),
            NoJinja => throw CroftException.World("templates of domain_xml need Jinja2", "install python3-jinja2"),
            _ => throw CroftException.World($"templates of domain_xml cannot be rendered: {result.LastWords}"),
        };
    }

    static OwnFile Take(MachineSpec machine, JsonNode answer)
    {
        var file = machine.DomainXml!.File;
        if (answer["error"] is { } error)
            throw CroftException.Farm(
                $"{file}:{answer["line"]}: machine \"{machine.Name}\": {error}",
                "vm has the variables of phases that are known before the machine is made"
            );
        var own = new OwnFile(file, (string)answer["text"]!);
        if (DomainPart.Complaints(own) is [var (problem, cure), ..])
            throw CroftException.Farm($"machine \"{machine.Name}\": rendered, {problem}", cure);
        return own;
    }
}
