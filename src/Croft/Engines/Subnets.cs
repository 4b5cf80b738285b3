using System.Buffers.Binary;
using System.Net;

namespace Croft.Engines;

/// <summary>Arithmetic of subnets, IPv4 unless said otherwise.</summary>
public static class Subnets
{
    /// <summary>The subnet that an address with a prefix length is in.</summary>
    public static IPNetwork Of(IPAddress address, int prefix) => new(From(Number(address) & Mask(prefix)), prefix);

    /// <summary>The n-th address of a subnet; 0 is the network's own.</summary>
    public static IPAddress Host(IPNetwork subnet, uint n) => From(Number(subnet.BaseAddress) + n);

    /// <summary>How many addresses a subnet has, its own and broadcast included.</summary>
    public static uint Count(IPNetwork subnet) => ~Mask(subnet.PrefixLength) + 1;

    /// <summary>Whether two subnets share an address.</summary>
    public static bool Overlap(IPNetwork a, IPNetwork b) => a.Contains(b.BaseAddress) || b.Contains(a.BaseAddress);

    /// <summary>Whether one subnet is all of another, or more.</summary>
    public static bool Covers(IPNetwork large, IPNetwork small) =>
        large.PrefixLength <= small.PrefixLength && large.Contains(small.BaseAddress);

    /// <summary>Which of a subnet's addresses one is.</summary>
    public static uint Number(IPNetwork subnet, IPAddress address) => Number(address) - Number(subnet.BaseAddress);

    /// <summary>The n-th address of an IPv6 subnet.</summary>
    public static IPAddress Host6(IPNetwork subnet, uint n)
    {
        var bytes = subnet.BaseAddress.GetAddressBytes();
        var low = bytes.AsSpan(12);
        BinaryPrimitives.WriteUInt32BigEndian(low, BinaryPrimitives.ReadUInt32BigEndian(low) + n);
        return new(bytes);
    }

    static uint Mask(int prefix) => prefix == 0 ? 0 : uint.MaxValue << (32 - prefix);

    static uint Number(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    static IPAddress From(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new(bytes);
    }
}
