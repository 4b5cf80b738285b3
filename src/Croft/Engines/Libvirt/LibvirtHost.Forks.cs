using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Croft.Libvirt;
using Croft.Tools;

namespace Croft.Engines.Libvirt;

/// <summary>Machines that continue in a copy of another one's memory.</summary>
sealed partial class LibvirtHost
{
    static readonly TimeSpan AgentPause = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan AgentTime = TimeSpan.FromMinutes(1);

    public Task<bool> HasAgentAsync(string domain, CancellationToken cancel) =>
        CallAsync($"asking the agent of {domain}", () => Find(domain, d =>
                {
                    try
                    {
                        d.AgentCommand("""{"execute":"guest-ping"}""", 5);
                        return true;
                    }
                    catch (LibvirtException)
                    {
                        return false;
                    }
                }), cancel);

    public Task DefineForkAsync(MachineRecord record, Guid uuid, string definition, CancellationToken cancel) =>
        CallAsync(
            $"defining machine \"{record.Name}\"",
            () =>
            {
                var xml = XElement.Parse(definition);
                Become(xml, record, uuid);
                using var domain = connection.DefineDomain(xml.ToString());
            },
            cancel
        );

    public async Task ForkAsync(MachineRecord record, Guid uuid, string memory, string copy, CancellationToken cancel)
    {
        try
        {
            await RunSwitchesAsync(record.Id.ToString(), cancel);
            await CopyMemoryAsync(memory, copy, xml => Become(xml, record, uuid), cancel);
            await CallAsync(
                $"restoring machine \"{record.Name}\"",
                () => connection.Restore(PathOf(copy), null, DomainSaveFlags.Paused),
                cancel
            );
            // Only now: whether a card is plugged in comes with the memory, whatever the definition says.
            await PlugAsync(record.Id.ToString(), plugged: false, cancel);
            await ResumeAsync(record.Id.ToString(), cancel);
        }
        finally
        {
            await DeleteVolumeAsync(copy, CancellationToken.None);
        }
    }

    void Become(XElement machine, MachineRecord record, Guid uuid) =>
        DomainXml.Become(machine, record, uuid, PathOf(Volumes.Console(record.Id)), PathOf, SocketOf);

    string SocketOf(string network) => switches?.SocketOf(network) ?? network;

    public Task PlugAsync(string domain, bool plugged, CancellationToken cancel) =>
        OnDomainAsync(
            $"plugging {(plugged ? "in" : "out")} {domain}",
            domain,
            d =>
            {
                var definition = XElement.Parse(d.Xml());
                foreach (var card in SwitchCard.In(definition))
                    d.MonitorCommand(card.Plugging(plugged), human: true);
                foreach (var card in definition.Descendants("interface"))
                {
                    card.Element("link")?.Remove();
                    card.Add(new XElement("link", new XAttribute("state", plugged ? "up" : "down")));
                    d.UpdateDevice(card.ToString(), AffectFlags.Live);
                }
            },
            cancel
        );

    public async Task<(int ExitCode, string Output)> RunByAgentAsync(string domain, string script, CancellationToken cancel)
    {
        using var told = Waits.For($"a script in {domain}");
        var agent = new LibvirtAgent(this, domain);
        var process = await agent.StartAsync("exec /bin/sh -s", Encoding.UTF8.GetBytes(script), cancel);
        var ended = await Poll.UntilAsync(() => agent.ExitAsync(process, cancel), AgentPause, AgentTime, cancel)
            ?? throw CroftException.World($"a script in {domain} did not end within {AgentTime.TotalSeconds:0} s");
        return (ended.Code, Encoding.UTF8.GetString([.. ended.Output, .. ended.Error]));
    }

    public Task<JsonNode> AskAgentAsync(string domain, string question, int seconds, CancellationToken cancel) =>
        CallAsync(
            $"asking the agent of {domain}",
            () => Find(domain, d => JsonNode.Parse(d.AgentCommand(question, seconds))?["return"] ?? new JsonObject()),
            cancel
        );

    /// <summary>On this host from file to file, elsewhere by way of a file here.</summary>
    async Task CopyMemoryAsync(string memory, string copy, Action<XElement> become, CancellationToken cancel)
    {
        await using var source = await OpenMemoryAsync(memory, cancel);
        if (LocalPathOf(memory) is not null)
        {
            await CreateFileAsync(copy, 0, cancel);
            await using var file = new FileStream(PathOf(copy), FileMode.Open, FileAccess.Write);
            await SaveImage.CopyAsync(source, file, become, cancel);
            return;
        }

        await using var here = TemporaryFile();
        await SaveImage.CopyAsync(source, here, become, cancel);
        here.Position = 0;
        await UploadAsync(copy, here, null, cancel);
    }

    async Task<FileStream> OpenMemoryAsync(string memory, CancellationToken cancel)
    {
        if (LocalPathOf(memory) is { } path)
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var here = TemporaryFile();
        await CallAsync(
            $"reading {memory}",
            () =>
            {
                using var volume = Pool().FindVolume(memory) ?? throw CroftException.World($"hypervisor \"{Name}\" has no {memory}");
                volume.Download(here, progress: _ => cancel.ThrowIfCancellationRequested());
            },
            cancel
        );
        here.Position = 0;
        return here;
    }

    static FileStream TemporaryFile() =>
        PrivateFile.Create(
            Path.Combine(Path.GetTempPath(), $"croft-{Guid.NewGuid():n}"),
            access: FileAccess.ReadWrite,
            options: FileOptions.DeleteOnClose
        );
}
