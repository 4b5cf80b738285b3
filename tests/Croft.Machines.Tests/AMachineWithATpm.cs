using Croft.Tools;

namespace Croft.Machines.Tests;

/// <summary>A machine with Secure Boot and a TPM, asked by the guest itself: its variables, and raw TPM 2.0 commands.</summary>
public sealed class AMachineWithATpm : IAsyncLifetime
{
    /// <summary>A byte of the TPM's own storage, and a register that a reset clears.</summary>
    const string Script = """
        import struct, sys
        tpm = open('/dev/tpmrm0', 'r+b', buffering=0)
        OWNER, INDEX, SESSION = 0x40000001, 0x01500001, bytes.fromhex('00000009400000090000000000')
        def ask(code, handles, rest, session=True):
            body = b''.join(struct.pack('>I', h) for h in handles) + (SESSION if session else b'') + rest
            tpm.write(struct.pack('>HII', 0x8002 if session else 0x8001, 10 + len(body), code) + body)
            answer = tpm.read(4096)
            return struct.unpack('>I', answer[6:10])[0], answer[10:]
        if sys.argv[1] == 'write':
            ask(0x12A, [OWNER], struct.pack('>H', 0) + struct.pack('>HIHIHH', 14, INDEX, 0xB, 0x00060006, 0, 1))
            assert ask(0x137, [OWNER, INDEX], struct.pack('>H', 1) + sys.argv[2].encode() + struct.pack('>H', 0))[0] == 0
            assert ask(0x182, [23], struct.pack('>IH', 1, 0xB) + sys.argv[2].encode() * 32)[0] == 0
        stored = ask(0x14E, [OWNER, INDEX], struct.pack('>HH', 1, 0))[1]
        register = ask(0x17E, [], struct.pack('>IHB', 1, 0xB, 3) + bytes([0, 0, 0x80]), session=False)[1]
        print(chr(stored[6]), register[-32:].hex()[:16])
        """;

    readonly Lab lab = new("withtpm");

    public async ValueTask InitializeAsync()
    {
        Lab.OnlyWithAll();
        if (!Directory.Exists("/usr/share/OVMF") || !File.Exists("/usr/bin/swtpm"))
            Assert.Skip("ovmf or swtpm is not installed");
        lab.Write(
            "farm.yaml",
            "farm: withtpm\nvms: { list: [ { name: a, platform: debian_12, memory: 256MiB, secure_boot: true, tpm: true } ] }\n"
        );
        lab.Write("tpm.py", Script);
        await lab.SucceedsAsync("up");
    }

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    [Fact]
    public async Task KeepsItsTpmWithItsMemory()
    {
        Assert.Equal(
            "01",
            (
                await GuestAsync(
                    "mount -t efivarfs efivarfs /sys/firmware/efi/efivars; od -An -tx1 -j4 /sys/firmware/efi/efivars/SecureBoot-*"
                )
            ).Trim()
        );
        await lab.SucceedsAsync("cp", "tpm.py", "a:/root/tpm.py");
        var then = await TpmAsync("write", "1");
        await lab.RefusesAsync(2, ["\"a\" has a TPM", "--memory"], "snapshot", "create", "d", "a", "--disk");
        await lab.RefusesAsync(2, ["\"a\" has a TPM", "fork"], "fork", "a");
        Assert.Equal("running", await lab.StateAsync("a"));
        await lab.SucceedsAsync("snapshot", "create", "m", "a", "--memory");
        var later = await TpmAsync("write", "2");
        Assert.NotEqual(then, later);
        await lab.SucceedsAsync("restart", "a");
        Assert.Equal("2 0000000000000000", await TpmAsync("read"));
        await lab.SucceedsAsync("snapshot", "restore", "m", "a", "--yes");
        Assert.Equal(then, await TpmAsync("read"));
        await lab.SucceedsAsync("restart", "a");
        Assert.Equal("1 0000000000000000", await TpmAsync("read"));
        await StateGoesWithTheMachine();
    }

    async Task StateGoesWithTheMachine()
    {
        var uuid = (
            await new Tool("virsh", "-q", "-c", "qemu:///system", "domuuid", lab.Farm + ".a").RunAsync(
                TestContext.Current.CancellationToken
            )
        ).Output.Trim();
        var state = Path.Combine("/var/lib/libvirt/swtpm", uuid);
        Assert.True(Directory.Exists(state));
        await lab.SucceedsAsync("destroy", "--yes");
        Assert.False(Directory.Exists(state));
        Assert.Empty(await lab.LeftoversAsync());
    }

    async Task<string> TpmAsync(params string[] arguments) =>
        (await GuestAsync($"python3 /root/tpm.py {string.Join(' ', arguments)}")).Trim();

    Task<string> GuestAsync(string command) => lab.SucceedsAsync("ssh", "a", "--", command);
}
