using System.Text.Json.Nodes;

namespace Croft.Machines.Tests;

public sealed class AGuestWithSystemd : IAsyncLifetime
{
    readonly Lab lab = new("sysd");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Theory]
    [InlineData("debian_12_systemd", "0")] // its cloud-init does not tell networkd of accept-ra
    [InlineData("debian_13_systemd", "1")]
    public async Task IsWhatItsSeedSaysAndIsRestoredFromItsLayer(string platform, string acceptRa)
    {
        if (platform != "debian_12_systemd")
            Lab.OnlyWithAll();
        lab.Write(
            "farm.yaml",
            $$"""
            farm: sysd
            networks: { front: { cidr: {{Lab.Net(1)}}.71.0/24 }, back: { cidr: {{Lab.Net(1)}}.72.0/24, mode: isolated, dhcp: false } }
            vms:
              list:
                - name: web
                  platform: {{platform}}
                  user: dev
                  networks: [ front, { name: back, address: {{Lab.Net(1)}}.72.40 } ]
                  disks: [ { name: data, size: 64MiB, format: ext4, mount: /srv/data }, { name: more, size: 32MiB, format: swap } ]
                  cloud_init: { user_data: user.yaml, network_config: network.yaml }
                  timezone: Europe/Berlin
                  keyboard: de
                  passwords: { root: { command: echo secret } }
            project: { phases: phases }
            """
        );
        lab.Write(
            "user.yaml",
            """
            #cloud-config
            write_files: [ { path: /etc/mine, content: "mine\n" } ]
            users: [ { name: extra, shell: /bin/sh } ]
            runcmd: [ "sleep 2; echo ran >>/etc/mine" ]
            """
        );
        lab.Write(
            "network.yaml",
            """
            version: 2
            bridges: { br0: { interfaces: [ eth0 ], parameters: { stp: no, forward-delay: 0 } } }
            vlans: { v5: { id: 5, link: eth1, addresses: [ 10.9.5.1/24 ] } }
            """
        );
        lab.Write("phases/init.sh", "echo kept | sudo tee /srv/data/kept\n");
        lab.Write(
            "phases/main.sh",
            """
            echo "$(hostname) $(id -un) $(sudo -n id -un) $(ps -o comm= 1)"
            cat /srv/data/kept
            findmnt -no FSTYPE /srv/data
            awk 'NR > 1 { print $2, $3 }' /proc/swaps
            sudo grep -c . /root/.ssh/authorized_keys; sudo grep -c ^no-port-forwarding /root/.ssh/authorized_keys
            cat /etc/resolv.conf | grep -c ^nameserver
            grep -hc IPv6AcceptRA /etc/systemd/network/*.network
            ip -4 -o address show scope global | awk '{ print $2, $4 }' | sort
            ls /sys/class/net/br0/brif
            ip -4 route show default | awk '{ print $3, $5 }'
            ls /etc/ssh/ssh_host_*key
            sudo cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub
            cat /etc/mine
            readlink /etc/localtime | grep -o Europe.*
            grep XKBLAYOUT /etc/default/keyboard
            sudo grep -c "^root:[$]6[$]" /etc/shadow; id -un extra
            systemctl --failed --quiet --no-legend
            cat /proc/sys/kernel/random/boot_id
            """
        );
        var first = await lab.RunAsync("run");
        Assert.Equal(["startup", "create clean", "init", "create init", "main", "shutdown"], first.Steps("web", "passed"));
        var plan = JsonNode.Parse((await lab.MustAsync(0, "status", "web", "-o", "json")).Output)!;
        string[] expected =
        [
            "web dev root systemd",
            "kept",
            "ext4",
            "partition 32764",
            "1",
            "1",
            "1",
            "0",
            acceptRa,
            acceptRa,
            "0",
            $"br0 {plan["addresses"]!["front"]}/24",
            $"eth1 {Lab.Net(1)}.72.40/24",
            "v5 10.9.5.1/24",
            "eth0",
            $"{Lab.Net(1)}.71.1 br0",
            "/etc/ssh/ssh_host_ed25519_key",
            (string)plan["hostKey"]!,
            "mine",
            "ran",
            "Europe/Berlin",
            "XKBLAYOUT=de",
            "1",
            "extra",
        ];
        var said = first.Log("web", "main").TrimEnd().Split('\n');
        Assert.Equal(expected, said[..^1]);

        var second = await lab.RunAsync("run");
        Assert.Equal(["restore init", "main", "shutdown"], second.Steps("web", "passed"));
        Assert.Equal(said, second.Log("web", "main").TrimEnd().Split('\n'));
    }
}
