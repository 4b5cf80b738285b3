using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Croft.Engines;

/// <summary>Arithmetic of subnets. Of an IPv6 one the addresses whose upper 96 bits are the subnet's count.</summary>
public static class Subnets
{
    const int Bits6 = 128;

    /// <summary>The subnet that an address with a prefix length is in.</summary>
    public static IPNetwork Of(IPAddress address, int prefix)
    {
        if (!IsSix(address))
            return new(From(Number(address) & Mask(prefix)), prefix);
        var bytes = address.GetAddressBytes();
        for (var bit = prefix; bit < Bits6; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new(new IPAddress(bytes), prefix);
    }

    /// <summary>Whether it is of IPv6.</summary>
    public static bool IsSix(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>The n-th address of a subnet; 0 is the network's own.</summary>
    public static IPAddress Host(IPNetwork subnet, uint n) =>
        IsSix(subnet.BaseAddress) ? Host6(subnet, n) : From(Number(subnet.BaseAddress) + n);

    /// <summary>How many addresses a subnet has, its own and broadcast included; of a large one, as many as count.</summary>
    public static uint Count(IPNetwork subnet) =>
        IsSix(subnet.BaseAddress) ? 1u << Math.Min(Bits6 - subnet.PrefixLength, 31) : ~Mask(subnet.PrefixLength) + 1;

    /// <summary>Whether two subnets share an address.</summary>
    public static bool Overlap(IPNetwork a, IPNetwork b) => a.Contains(b.BaseAddress) || b.Contains(a.BaseAddress);

    /// <summary>Whether one subnet is all of another, or more.</summary>
    public static bool Covers(IPNetwork large, IPNetwork small) =>
        large.PrefixLength <= small.PrefixLength && large.Contains(small.BaseAddress);

    /// <summary>Which of a subnet's addresses one is.</summary>
    public static uint Number(IPNetwork subnet, IPAddress address) => Number(address) - Number(subnet.BaseAddress);

    static IPAddress Host6(IPNetwork subnet, uint n)
    {
        var bytes = subnet.BaseAddress.GetAddressBytes();
        var low = bytes.AsSpan(12);
        BinaryPrimitives.WriteUInt32BigEndian(low, BinaryPrimitives.ReadUInt32BigEndian(low) + n);
        return new(bytes);
    }

    static uint Mask(int prefix) => prefix == 0 ? 0 : uint.MaxValue << (32 - prefix);

    static uint Number(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes().AsSpan(^4..));

    static IPAddress From(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new(bytes);
    }
}
