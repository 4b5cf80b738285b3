namespace Croft.Farms.Reading;

/// <summary>
/// Gives counted machines their following addresses, and checks every fixed address against its network and the other machines'.
/// </summary>
sealed class AddressCheck(NetworkReader networks, ProblemList problems)
{
    readonly Dictionary<(string Network, System.Net.IPAddress Address), (string Machine, Location? At)> taken = [];
    readonly Dictionary<string, string> macs = new(StringComparer.Ordinal);
    readonly Dictionary<(int Port, bool Udp), string> ports = [];
    readonly HashSet<Location> reported = [];

    /// <param name="index">Which of the entry's machines it is, from 0; the first has the addresses as written.</param>
    public MachineSpec Place(MachineSpec machine, int index)
    {
        var placed = machine;
        for (var i = 0; i < machine.Networks.Length; i++)
        {
            if (machine.Networks[i] is { Address: { } written } nic && !networks.IsBroken(nic.Network))
            {
                var address = Ip.ToAddress(Ip.ToNumber(written) + (uint)index, written);
                Check(machine.Name, nic, address);
                placed = index == 0 ? placed : placed with { Networks = placed.Networks.SetItem(i, nic with { Address = address }) };
            }

            if (index > 0 && !machine.Networks[i].Forwards.IsEmpty)
                placed = placed with
                {
                    Networks = placed.Networks.SetItem(
                        i,
                        placed.Networks[i] with
                        {
                            Forwards = [.. placed.Networks[i].Forwards.Select(f => f with { Port = f.Port + index })],
                        }
                    ),
                };
            foreach (var forward in placed.Networks[i].Forwards.Where(f => !ports.TryAdd((f.Port, f.Udp), machine.Name)))
                Report(
                    machine.Networks[i],
                    $"port {forward.Port} is forwarded to machines {Words.Quote(ports[(forward.Port, forward.Udp)])} and {Words.Quote(machine.Name)}"
                );

            if (machine.Networks[i] is { Mac: { } mac } card && !macs.TryAdd(mac, machine.Name))
                Report(card, $"{mac} is given to machines {Words.Quote(macs[mac])} and {Words.Quote(machine.Name)}");
        }

        return placed;
    }

    void Check(string machine, NicSpec nic, System.Net.IPAddress address)
    {
        if (Refusal(networks.Find(nic.Network)!, address) is { } refusal)
        {
            Report(nic, $"{address}, the address of machine {Words.Quote(machine)}, {refusal}");
        }
        else if (!taken.TryAdd((nic.Network, address), (machine, nic.At)))
        {
            var (other, at) = taken[(nic.Network, address)];
            Report(nic, $"{address} is given to machines {Words.Quote(other)} at {at} and {Words.Quote(machine)}");
        }
    }

    static string? Refusal(NetworkSpec network, System.Net.IPAddress address)
    {
        if (network.Mode == NetworkMode.User)
            return "cannot be kept: on a user network every machine is alone";

        if (network.IsOutside)
            return $"cannot be kept: others decide the addresses of network {Words.Quote(network.Name)}";

        if (network.Cidr is not { } cidr)
            return $"needs a cidr on network {Words.Quote(network.Name)}";

        var number = Ip.ToNumber(address);
        return !cidr.Contains(address) ? $"is outside network {Words.Quote(network.Name)}, {cidr}"
            : number == Ip.First(cidr) ? $"is the address of network {Words.Quote(network.Name)} itself"
            : number == Ip.Last(cidr) && !Ip.IsSix(address) ? $"is the broadcast address of network {Words.Quote(network.Name)}"
            : network.Options.Range?.Contains(address) == true
                ? $"is in the range of network {Words.Quote(network.Name)}, which DHCP gives to others"
            : number == Ip.First(cidr) + 1 ? $"is the hypervisor's own on network {Words.Quote(network.Name)}"
            : null;
    }

    // The rest of a count follows from its first wrong address.
    void Report(NicSpec nic, string message)
    {
        if (reported.Add(nic.At!))
            problems.AddAt(nic.At!, message);
    }
}
