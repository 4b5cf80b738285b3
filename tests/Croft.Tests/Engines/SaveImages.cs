using System.Buffers.Binary;
using System.Text;
using Croft.Engines.Libvirt;

namespace Croft.Tests.Engines;

public sealed class SaveImages
{
    const string Stream = "QEVM and the rest";

    [Theory]
    [InlineData("<a/>")]
    [InlineData(
        "<domain><name>a name that is longer than all the room that the image had for its definition and its padding together</name></domain>"
    )]
    public async Task AreCopiedUnderAnotherDefinition(string definition)
    {
        var (header, data, rest) = Parts(
            await CopyAsync(Image("<domain/>", "<cookie/>", padded: 64), domain =>
                domain.ReplaceAll(System.Xml.Linq.XElement.Parse(definition))
            )
        );
        var texts = Encoding.UTF8.GetString(data).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(definition.Contains("name", StringComparison.Ordinal), texts[0].Contains("all the room", StringComparison.Ordinal));
        Assert.Equal("<cookie/>", texts[1]);
        Assert.Equal("<cookie/>", Encoding.UTF8.GetString(data, Number(header, 32), 9));
        Assert.Equal(Stream, rest);
        Assert.True(data.Length >= 64);
    }

    [Fact]
    public async Task MayHaveNoCookie()
    {
        var (header, data, rest) = Parts(
            await CopyAsync(Image("<domain/>", null, padded: 32), domain => domain.SetAttributeValue("type", "qemu"))
        );
        Assert.Equal(("<domain type=\"qemu\" />", 0, Stream), (Encoding.UTF8.GetString(data).TrimEnd('\0'), Number(header, 32), rest));
    }

    [Theory]
    [InlineData(0, 'X')]
    [InlineData(16, 9)]
    [InlineData(23, 127)]
    public async Task OfAnotherFormAreRefused(int at, int value)
    {
        var image = Image("<domain/>", null, padded: 32);
        image[at] = (byte)value;
        await Assert.ThrowsAsync<CroftException>(() => CopyAsync(image, _ => { }));
    }

    static byte[] Image(string definition, string? cookie, int padded)
    {
        var header = new byte[92];
        Encoding.ASCII.GetBytes("LibvirtQemudSave").CopyTo(header, 0);
        var data = Encoding.UTF8.GetBytes(definition + "\0" + (cookie is null ? "" : cookie + "\0"));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), 2);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(20), padded);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(32), cookie is null ? 0 : definition.Length + 1);
        return [.. header, .. data, .. new byte[padded - data.Length], .. Encoding.UTF8.GetBytes(Stream)];
    }

    static async Task<byte[]> CopyAsync(byte[] image, Action<System.Xml.Linq.XElement> become)
    {
        using var to = new MemoryStream();
        await SaveImage.CopyAsync(new MemoryStream(image), to, become, TestContext.Current.CancellationToken);
        return to.ToArray();
    }

    static (byte[] Header, byte[] Data, string Tail) Parts(byte[] image)
    {
        var length = Number(image, 20);
        return (image[..92], image[92..(92 + length)], Encoding.UTF8.GetString(image[(92 + length)..]));
    }

    static int Number(byte[] bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
}
