using System.Security.Cryptography;
using System.Text;

namespace Croft.Engines;

/// <summary>A farm's machine, wherever it is. As text it is the machine's name on a hypervisor.</summary>
public readonly record struct MachineId(string Farm, string Name)
{
    /// <summary>Its uuid: stable, so that saved memory fits the machine when it is made again. Version 8 of RFC 9562: custom.</summary>
    public Guid Uuid
    {
        get
        {
            var text = $"4:uuid\n{Farm.Length}:{Farm}\n{Name.Length}:{Name}\n";
            var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16);
            bytes[6] = (byte)((bytes[6] & 0x0f) | 0x80);
            bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
            return new Guid(bytes, bigEndian: true);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Farm}.{Name}";
}
