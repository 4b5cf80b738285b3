using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Croft.Libvirt;

namespace Croft.Engines.Libvirt;

/// <summary>
/// The files that machines boot from, on their host. On another one each folder is a pool for a moment: libvirt writes there whoever the
/// user is, and by whatever way it is reached.
/// </summary>
sealed partial class LibvirtHost
{
    const string Mark = ".croft-sent-";

    void SendBootFiles(string from, string to)
    {
        if (IsHere)
            TftpFiles.Copy(from, to);
        else if (Digest(from) is var digest && !IsSent(to, digest))
        {
            RemoveBootFiles(to, there: true);
            SendFolder(from, to, digest);
        }
    }

    void RemoveBootFiles(string place, bool there)
    {
        if (IsHere)
            TftpFiles.RemoveCopy(place);
        else if (there)
            TryIn(place, RemoveAll);
    }

    /// <summary>Does nothing where there is no such folder.</summary>
    void TryIn(string place, Action<LibvirtPool> act)
    {
        try
        {
            InFolder(place, isMade: false, act);
        }
        catch (LibvirtException)
        {
            // libvirt has no code of its own for a folder that is not there
        }
    }

    /// <summary>Of names and contents.</summary>
    static string Digest(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in TftpFiles.In(folder, SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using var content = File.OpenRead(file);
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(folder, file) + "\n"));
            hash.AppendData(SHA256.HashData(content));
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash())[..16];
    }

    bool IsSent(string place, string digest)
    {
        var isSent = false;
        TryIn(place, pool =>
        {
            using var mark = pool.FindVolume(Mark + digest);
            isSent = mark is not null;
        });
        return isSent;
    }

    void SendFolder(string from, string to, string? digest) => InFolder(to, isMade: true, pool =>
        {
            foreach (var file in TftpFiles.In(from, SearchOption.TopDirectoryOnly))
            {
                using var content = File.OpenRead(file);
                using var volume = pool.CreateVolume(VolumeXml(Path.GetFileName(file), "raw", content.Length, "0644", null));
                if (content.Length > 0)
                    volume.Upload(content, 0, (ulong)content.Length);
            }

            foreach (var folder in Directory.EnumerateDirectories(from))
                SendFolder(folder, to + "/" + Path.GetFileName(folder), null);
            if (digest is not null)
                pool.CreateVolume(VolumeXml(Mark + digest, "raw", 0, "0644", null)).Dispose();
        });

    void RemoveAll(LibvirtPool pool)
    {
        var place = (string)XElement.Parse(pool.Xml()).Element("target")!.Element("path")!;
        foreach (var volume in pool.Volumes())
        {
            using (volume)
            {
                if (volume.Info().Type == VolumeType.Directory)
                    InFolder(place + "/" + volume.Name, isMade: false, RemoveAll);
                else
                    volume.Delete();
            }
        }

        pool.Destroy();
        pool.Delete();
    }

    /// <summary>Has a folder as a pool while something is done there; one of a command that was killed is used.</summary>
    void InFolder(string place, bool isMade, Action<LibvirtPool> act)
    {
        var name = "croft-pxe-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(place)))[..12];
        var permissions = new XElement("permissions", new XElement("mode", "0755"));
        using var pool = connection.FindPool(name)
            ?? connection.DefinePool(
                new XElement(
                    "pool",
                    new XAttribute("type", "dir"),
                    new XElement("name", name),
                    new XElement("target", new XElement("path", place), permissions)
                ).ToString()
            );
        try
        {
            if (isMade)
                pool.Build();
            if (!pool.IsActive)
                pool.Start();
            act(pool);
        }
        finally
        {
            if (pool.IsActive)
                pool.Destroy();
            pool.Undefine();
        }
    }
}
