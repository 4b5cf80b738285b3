using System.Buffers.Binary;
using System.Net;

namespace Croft.Farms.Reading;

/// <summary>IPv4 addresses as numbers.</summary>
static class Ip4
{
    public static uint ToNumber(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        _ = address.TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    public static IPAddress ToAddress(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }

    public static uint First(IPNetwork network) => ToNumber(network.BaseAddress);

    public static uint Last(IPNetwork network) => First(network) | ~(uint.MaxValue << (32 - network.PrefixLength));
}
