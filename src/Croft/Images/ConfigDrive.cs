using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Croft.Images;

/// <summary>A seed as OpenStack's <c>config-2</c> drive, for guests that read no NoCloud.</summary>
static class ConfigDrive
{
    /// <summary>The drive's files.</summary>
    public static IReadOnlyDictionary<string, string> Build(SeedContent content)
    {
        Seed.Check(content);
        var files = new Dictionary<string, string>
        {
            ["openstack/latest/meta_data.json"] = MetaData(content).ToJsonString(),
            ["openstack/latest/network_data.json"] = NetworkData(content).ToJsonString(),
            ["openstack/latest/user_data"] = Seed.CloudUserData(content),
        };
        if (content.FirstBoot.VendorData is { } vendor)
            files["openstack/latest/vendor_data.json"] = new JsonObject { ["cloud-init"] = vendor.Text }.ToJsonString();
        return files;
    }

    /// <summary>Who the guest is.</summary>
    public static JsonObject MetaData(SeedContent content) =>
        new()
        {
            ["uuid"] = content.InstanceId,
            ["hostname"] = content.Hostname,
            ["name"] = content.Hostname,
            ["public_keys"] = new JsonObject(
                content.AuthorizedKeys.Select((key, i) => KeyValuePair.Create($"key{i}", (JsonNode?)key.Trim()))
            ),
        };

    /// <summary>Its cards.</summary>
    public static JsonObject NetworkData(SeedContent content)
    {
        var links = new JsonArray();
        var networks = new JsonArray();
        foreach (var (i, nic) in content.Nics.Index())
        {
            links.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["id"] = nic.Name,
                        ["type"] = "phy",
                        ["ethernet_mac_address"] = nic.Mac.ToLowerInvariant(),
                        ["mtu"] = nic.Mtu,
                    }
            );
            if (nic.Address is null)
                networks.Add((JsonNode)Network($"network{i}", nic, "ipv4_dhcp"));
            else
                networks.Add(
                    (JsonNode)(
                        IsSix(nic.Address)
                            ? FixedSix(Network($"network{i}", nic, "ipv6"), nic)
                            : Fixed(Network($"network{i}", nic, "ipv4"), nic)
                    )
                );
            if (nic.Address6 is { } second)
                networks.Add((JsonNode)With(Network($"network{i}-6", nic, "ipv6"), "ip_address", $"{second}/{nic.Prefix6}"));
        }

        var names = content.Nics.FirstOrDefault(nic => !nic.Dns.IsDefaultOrEmpty)?.Dns ?? [];
        return new()
        {
            ["links"] = links,
            ["networks"] = networks,
            ["services"] = new JsonArray([.. names.Select(server => new JsonObject { ["type"] = "dns", ["address"] = server.ToString() })]),
        };
    }

    static JsonObject Network(string id, SeedNic nic, string type) =>
        new()
        {
            ["id"] = id,
            ["link"] = nic.Name,
            ["type"] = type,
        };

    static JsonObject Fixed(JsonObject network, SeedNic nic)
    {
        With(network, "ip_address", nic.Address!.ToString());
        With(network, "netmask", Mask(nic.PrefixLength));
        network["routes"] = nic.Gateway is { } gateway
            ? new JsonArray(
                new JsonObject
                {
                    ["network"] = "0.0.0.0",
                    ["netmask"] = "0.0.0.0",
                    ["gateway"] = gateway.ToString(),
                }
            )
            : new JsonArray();
        return network;
    }

    static bool IsSix(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6;

    static JsonObject FixedSix(JsonObject network, SeedNic nic)
    {
        With(network, "ip_address", $"{nic.Address}/{nic.PrefixLength}");
        if (nic.Gateway is { } gateway)
            network["routes"] = new JsonArray(
                new JsonObject
                {
                    ["network"] = "::",
                    ["netmask"] = "::",
                    ["gateway"] = gateway.ToString(),
                }
            );
        return network;
    }

    static JsonObject With(JsonObject map, string key, string value)
    {
        map[key] = value;
        return map;
    }

    static string Mask(int length)
    {
        var bits = length == 0 ? 0u : uint.MaxValue << (32 - length);
        return $"{bits >> 24}.{(bits >> 16) & 255}.{(bits >> 8) & 255}.{bits & 255}";
    }
}
