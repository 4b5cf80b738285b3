using Croft.Farms;

namespace Croft.Tests.Farms;

public sealed class Hypervisors
{
    const string Rack = """
        farm: f
        hypervisors:
          local: { uri: "qemu:///system" }
          rack1:
            uri: qemu+ssh://farm@rack1/system
            limits: { vcpus: 48, memory: 180GiB }
            labels: { site: lyon }
            capabilities: { amd64: [kvm, qemu], aarch64: [qemu] }
            size: { vcpus: 64 }
        """;

    [Fact]
    public void AreReadInDeclaredOrder()
    {
        var farm = Reading.Farm(Rack);
        Assert.Equal(["local", "rack1"], farm.Hypervisors.Select(hypervisor => hypervisor.Name));
        var rack = farm.Hypervisors[1];
        Assert.Equal(new Capacity(48, 180L << 30), rack.Limits);
        Assert.Equal(new Capacity(64, null), rack.Size);
        Assert.Equal("lyon", rack.Labels["site"]);
        Assert.Equal(
            "aarch64:qemu x86_64:kvm,qemu",
            string.Join(' ', rack.Capabilities.Select(arch => $"{arch.Key}:{string.Join(',', arch.Value)}"))
        );
        Assert.Equal(new Location("farm.yaml", 4, 3), rack.At);
    }

    [Fact]
    public void DispatchHasDefaults()
    {
        var rules = Reading.Farm("farm: f").Dispatch;
        Assert.Equal(("kvm qemu", DispatchPolicy.Fair, 1), (string.Join(' ', rules.PriorityDomains), rules.Policy, rules.Retry));
        rules = Reading.Farm("farm: f\ndispatch: { priority_domains: [qemu], policy: pack, retry: 0 }").Dispatch;
        Assert.Equal(("qemu", DispatchPolicy.Pack, 0), (Assert.Single(rules.PriorityDomains), rules.Policy, rules.Retry));
    }

    [Theory]
    [InlineData("hypervisor: rack2", "no hypervisor \"rack2\" in this farm; did you mean \"rack1\"?")]
    [InlineData("require: { site: lion }", "no hypervisor carries the label \"site: lion\"; did you mean \"site: lyon\"?")]
    [InlineData("require: { ../x: y }", "\"../x\" is not a name")]
    [InlineData("hypervisor: \"rack 1\"", "\"rack 1\" is not a name")]
    public void UnknownOnesAreReported(string key, string problem) =>
        Assert.Contains(problem, Reading.MachineProblems(key, Rack[(Rack.IndexOf('\n') + 1)..]));

    [Theory]
    [InlineData("qemu:///system?a=1&b=2", "write \"qemu:///system?a=1;b=2\"")]
    [InlineData("qemu:///system' --x", "is not a libvirt URI")]
    [InlineData("$(reboot)", "is not a libvirt URI")]
    [InlineData("/system", "is not a libvirt URI")]
    [InlineData("lxd:/run/lxd/unix.socket", "lxd:///path/unix.socket")]
    [InlineData("lxd+ssh://h/", "lxd:///PATH/unix.socket here, lxd://HOST:8443")]
    [InlineData("https://h:8443", "lxd://h:8443 or incus://h:8443")]
    [InlineData("unix:///run/unix.socket", "lxd:///run/unix.socket or incus:///run/unix.socket")]
    [InlineData("lxc:///", "libvirt's own containers are not used")]
    [InlineData("podman://", "\"podman\" is no hypervisor that Croft knows")]
    [InlineData("incus://me@h:8443", "nobody logs in there by a name; incus://h:8443")]
    [InlineData("lxd://h:8443/1.0", "has no path, as /1.0; lxd://h:8443")]
    [InlineData("lxd://?projekt=p", "lxd has no parameter \"projekt\"")]
    [InlineData("lxd://?project=p\", project: \"p", "it names a project, and so does project")]
    public void StrangeUrisAreRefused(string uri, string problem) =>
        Assert.Contains(problem, Reading.Problems($"farm: f\nhypervisors: {{ h: {{ uri: \"{uri}\" }} }}"));

    [Theory]
    [InlineData("uri: qemu:///system", "")]
    [InlineData("uri: qemu+tcp://far/system", "")]
    [InlineData("uri: qemu+ssh:///system", "")]
    [InlineData("uri: qemu+ssh://far/system", "far")]
    [InlineData("uri: qemu+ssh://me@far:2222/system", "me@far:2222")]
    [InlineData("uri: \"qemu+libssh2://me@[fe80::1]:2222/system\"", "me@[fe80::1]:2222")]
    [InlineData("uri: qemu+tls://far/system, jump: me@far", "me@far")]
    [InlineData("uri: qemu+ssh://far/system, jump: [ gate, \"me@far:2222\" ]", "gate me@far:2222")]
    [InlineData("uri: qemu+ssh://far/system, jump: []", "")]
    public void GuestsAreReachedThroughTheHostOfSshAndThroughDeclaredJumps(string keys, string jumps) =>
        Assert.Equal(
            jumps,
            string.Join(' ', Assert.Single(Reading.Farm($"farm: f\nhypervisors: {{ far: {{ {keys} }} }}").Hypervisors).Jumps)
        );

    [Fact]
    public void JumpIsMadeAsLibvirtsOwnSshIs()
    {
        var jump = Assert.Single(
            Reading
                .Farm("farm: f\nhypervisors: { far: { uri: \"qemu+ssh://far/system?keyfile=/k%20ey;known_hosts=/known;no_verify=1\" } }")
                .Hypervisors[0]
                .Jumps
        );
        Assert.Equal(("/k ey", "/known", false), (jump.KeyFile, jump.KnownHosts, jump.IsVerified));
        Assert.True(
            Assert
                .Single(Reading.Farm("farm: f\nhypervisors: { far: { uri: \"qemu+ssh://far/system?no_verify=0\" } }").Hypervisors[0].Jumps)
                .IsVerified
        );
    }

    [Theory]
    [InlineData(
        "uri: qemu:///system, jump: -oProxyCommand=reboot",
        "hypervisors.far.jump: \"-oProxyCommand=reboot\" is not a host to go through; write user@host"
    )]
    [InlineData("uri: qemu:///system, jump: [ ok, \"a b\" ]", "hypervisors.far.jump[1]: \"a b\" is not a host to go through")]
    [InlineData("uri: qemu:///system, jump: \"far\\n\"", "is not a host to go through")]
    [InlineData("uri: qemu:///system, jump: \"far:0\"", "is not a host to go through")]
    [InlineData("uri: qemu:///system, jump: \"me@-far\"", "is not a host to go through")]
    [InlineData("uri: qemu:///system, jump: \"$(reboot)\"", "is not a host to go through")]
    [InlineData("uri: qemu:///system, jump: { host: far }", "must be `user@host:port`")]
    [InlineData(
        "uri: \"qemu+ssh://-oProxyCommand=reboot/system\"",
        "ssh cannot be told to go to \"-oProxyCommand=reboot\" with these parameters"
    )]
    [InlineData(
        "uri: \"qemu+ssh://far/system?keyfile=/k%0aProxyCommand%20reboot\"",
        "ssh cannot be told to go to \"far\" with these parameters"
    )]
    [InlineData("uri: qemu:///system, connection_timeout: 0", "is not between 1s and")]
    public void StrangeWaysAreRefused(string keys, string problem) =>
        Assert.Contains(problem, Reading.Problems($"farm: f\nhypervisors: {{ far: {{ {keys} }} }}"));

    [Fact]
    public void UriIsNeeded() =>
        Assert.Equal(
            "farm.yaml:2:19: hypervisors.h.uri: missing; a hypervisor needs uri: a libvirt URI; or machine: a machine of this farm",
            Reading.Problems("farm: f\nhypervisors: { h: {} }")
        );
}
