using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Croft.Farms.Reading;

/// <summary>IP addresses as numbers; those of one family follow each other.</summary>
static class Ip
{
    const int Bits4 = 32;
    const int Bits6 = 128;

    public static UInt128 ToNumber(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out var length);
        return length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>An address of the same family as another.</summary>
    public static IPAddress ToAddress(UInt128 number, IPAddress like)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return new IPAddress(IsSix(like) ? bytes : bytes[12..]);
    }

    public static UInt128 First(IPNetwork network) => ToNumber(network.BaseAddress);

    public static UInt128 Last(IPNetwork network) =>
        First(network) | ((UInt128.One << ((IsSix(network.BaseAddress) ? Bits6 : Bits4) - network.PrefixLength)) - 1);

    public static bool IsSix(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6;
}
