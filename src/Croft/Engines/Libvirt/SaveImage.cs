using System.Buffers.Binary;
using System.Text;
using System.Xml.Linq;

namespace Croft.Engines.Libvirt;

/// <summary>
/// Copies a libvirt save image under another definition, which libvirt itself refuses to do for another name, uuid or MAC. The format is
/// libvirt's
/// src/qemu/qemu_saveimage.h: a header of 92 bytes (magic, then 32-bit version, data length, was running, compressed, cookie offset, 14
/// unused), then the
/// definition and a cookie, each ended by a zero, padded to the data length; then QEMU's own stream.
/// </summary>
static class SaveImage
{
    const int HeaderLength = 92;
    const int VersionAt = 16;
    const int DataLengthAt = 20;
    const int CookieAt = 32;
    const int LongestData = 1 << 24;

    static readonly byte[] Magic = Encoding.ASCII.GetBytes("LibvirtQemudSave");

    /// <summary>Copies the image.</summary>
    /// <param name="become">Changes the definition.</param>
    /// <exception cref="CroftException">It is no such image.</exception>
    public static async Task CopyAsync(Stream from, Stream to, Action<XElement> become, CancellationToken cancel)
    {
        var header = new byte[HeaderLength];
        await from.ReadExactlyAsync(header, cancel);
        var length = Number(header, DataLengthAt);
        if (!header.AsSpan().StartsWith(Magic) || Number(header, VersionAt) is not (1 or 2) || length is <= 0 or > LongestData)
            throw CroftException.World("the saved memory is in no form that Croft knows");
        var data = new byte[length];
        await from.ReadExactlyAsync(data, cancel);
        var definition = XElement.Parse(TextAt(data, 0));
        become(definition);
        var body = new List<byte>(Encoding.UTF8.GetBytes(definition.ToString())) { 0 };
        if (Number(header, CookieAt) is > 0 and var cookie)
        {
            Put(header, CookieAt, body.Count);
            body.AddRange(Encoding.UTF8.GetBytes(TextAt(data, cookie)));
            body.Add(0);
        }

        body.AddRange(new byte[Math.Max(0, length - body.Count)]);
        Put(header, DataLengthAt, body.Count);
        await to.WriteAsync(header, cancel);
        await to.WriteAsync(body.ToArray(), cancel);
        await from.CopyToAsync(to, cancel);
    }

    static int Number(byte[] header, int at) => BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(at));

    static void Put(byte[] header, int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(at), value);

    static string TextAt(byte[] data, int start) => Encoding.UTF8.GetString(data, start, Array.IndexOf(data, (byte)0, start) - start);
}
