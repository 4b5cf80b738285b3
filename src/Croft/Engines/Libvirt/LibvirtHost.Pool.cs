using System.Xml.Linq;
using Croft.Libvirt;
using Croft.Tools;

namespace Croft.Engines.Libvirt;

/// <summary>The pool in which all of Croft's files are.</summary>
sealed partial class LibvirtHost
{
    const string PoolName = "croft";
    const string SystemPool = "/var/lib/libvirt/croft";

    public async Task LookAgainAsync(CancellationToken cancel)
    {
        using var told = Waits.For($"hypervisor \"{Name}\": others, who write to the pool");
        _ = await Poll.UntilAsync(
            () => CallAsync("looking at the pool again", TryRefresh, cancel),
            TimeSpan.FromSeconds(0.25),
            TimeSpan.FromMinutes(10),
            cancel
        )
            ?? throw CroftException.World(
                $"hypervisor \"{Name}\": others write to the pool since 10 minutes",
                "run the command again when they are done"
            );
    }

    /// <summary>Null while a volume is written, by whomever: libvirt does not look then.</summary>
    string? TryRefresh()
    {
        try
        {
            Pool().Refresh();
            return "seen";
        }
        catch (LibvirtException e) when (e.Message.Contains("asynchronous jobs", StringComparison.Ordinal))
        {
            return null;
        }
    }

    public Task RequireRoomAsync(string name, long size, CancellationToken cancel) =>
        CallAsync(
            $"uploading {name}",
            () =>
            {
                if (TryRefresh() is not null && Pool().Info().Available is var free && free < (ulong)size)
                    throw CroftException.World(
                        $"uploading {name} on hypervisor \"{Name}\": No space left in its pool: it has {free >> 20} MiB, and {size >> 20} are needed",
                        IEngine.SpaceHint
                    );
            },
            cancel
        );

    LibvirtPool Pool()
    {
        lock (poolGate)
            return FindPool() ?? (pool = MakePool(IsSession ? sessionPool : SystemPool));
    }

    /// <summary>Croft's pool, started when it is not, made again where machines have lost it; null when there is none.</summary>
    LibvirtPool? FindPool()
    {
        lock (poolGate)
        {
            if (pool is not null)
                return pool;
            if (connection.FindPool(PoolName) is { } found)
                return pool = Started(found);
            // Somebody undefined it: without it the files of machines would not be seen, and be written over.
            return (lostPool ??= FolderOfMachines() ?? "") is { Length: > 0 } folder ? pool = MakePool(folder) : null;
        }
    }

    /// <summary>Where the disks of Croft's machines are; null where there is none.</summary>
    string? FolderOfMachines() =>
        OfDomains(domain =>
            {
                var xml = XElement.Parse(domain.Xml(DomainXmlFlags.Inactive));
                var files = xml.Descendants("source").Select(s => (string?)s.Attribute("file"));
                return RecordXml.Read(xml)?.Disks is [var first, ..]
                    ? Path.GetDirectoryName(files.FirstOrDefault(f => Path.GetFileName(f) == first.Volume))
                    : null;
            })
            .FirstOrDefault(folder => folder is not null);

    /// <summary>Of two commands that make it in one moment, one makes it and the other finds it.</summary>
    LibvirtPool MakePool(string folder)
    {
        try
        {
            var made = connection.DefinePool(
                new XElement(
                    "pool",
                    new XAttribute("type", "dir"),
                    new XElement("name", PoolName),
                    new XElement("target", new XElement("path", folder))
                ).ToString()
            );
            if (!made.IsActive)
                Build(made);
            Started(made).Autostart = true;
            return made;
        }
        catch (LibvirtException) when (connection.FindPool(PoolName) is { } other)
        {
            return Started(other);
        }
    }

    static void Build(LibvirtPool made)
    {
        try
        {
            made.Build();
        }
        catch (LibvirtException) when (made.IsActive)
        {
            // Another command built and started it.
        }
    }

    static LibvirtPool Started(LibvirtPool pool)
    {
        try
        {
            if (!pool.IsActive)
                pool.Start();
        }
        catch (LibvirtException) when (pool.IsActive)
        {
            // Another command was first.
        }

        return pool;
    }
}
