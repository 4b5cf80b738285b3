using Croft.Farms;

namespace Croft.Tests.Farms;

public sealed class Images
{
    static readonly string Hex = new('A', 64);

    [Fact]
    public void FileIsFoundBesideTheFarm()
    {
        using TemporaryFolder folder = new();
        folder.Write("images/mine.qcow2", "");
        var farm = FarmFile
            .Read(
                folder.Write(
                    "farm.yaml",
                    $"farm: f\nplatforms: {{ p: {{ image: {{ file: images/mine.qcow2, format: raw, sha256: {Hex} }} }} }}\nvms: {{ list: [ {{ platform: p }} ] }}"
                ),
                Reading.Defaults
            )
            .Require();
        var image = Assert.IsType<FileImage>(farm.Machines[0].Image);
        Assert.Equal(
            ("p", Path.Combine(folder.Path, "images/mine.qcow2"), Hex.ToLowerInvariant(), "raw"),
            (image.Name, image.File, image.Sha256, image.Format)
        );
        Assert.Equal(Firmware.Bios, farm.Machines[0].Firmware);
    }

    [Fact]
    public void UrlCarriesItsChecksum()
    {
        var image = Assert.IsType<UrlImage>(Reading.Machine($"image: {{ url: \"https://example.org/a.qcow2.xz\", sha256: {Hex} }}").Image);
        Assert.Equal(
            ("https://example.org/a.qcow2.xz", "sha256:" + Hex.ToLowerInvariant(), null),
            (image.Url.ToString(), image.Checksum, image.ChecksumUrl)
        );
        Assert.Equal(
            "https://example.org/SHA512SUMS",
            Assert
                .IsType<UrlImage>(
                    Reading.Machine("image: { url: \"https://example.org/a\", checksums: \"https://example.org/SHA512SUMS\" }").Image
                )
                .ChecksumUrl!.ToString()
        );
    }

    [Fact]
    public void SecureBootIsOfUefi()
    {
        var machine = Reading.Machine("arch: x86_64, secure_boot: true, tpm: true");
        Assert.Equal((Firmware.Uefi, true, true), (machine.Firmware, machine.SecureBoot, machine.Tpm));
    }

    [Theory]
    [InlineData("Größe (1).qcow2")]
    [InlineData("日本.qcow2")]
    [InlineData("it's 50% & more; [a] #1!.qcow2")]
    [InlineData("$(id) ${HOME} \"quoted\" \\ `x`.qcow2")]
    public void AreOfFilesWithAnyName(string name)
    {
        using var folder = new TemporaryFolder();
        folder.Write(name, "");
        var file = System.Text.Json.Nodes.JsonValue.Create(name).ToJsonString();
        var reading = FarmFile.ReadText(
            $"farm: f\nvms: {{ list: [ {{ platform: debian_13, target: amd64, image: {{ file: {file} }} }} ] }}\n",
            folder["farm.yaml"],
            Reading.Defaults
        );
        Assert.Equal("", string.Join('\n', reading.Problems));
        Assert.Equal(folder[name], Assert.IsType<FileImage>(Assert.Single(reading.Farm!.Machines).Image).File);
    }

    [Fact]
    public void ArmBootsImagesOfOthersByUefi() =>
        Assert.Equal(Firmware.Uefi, Reading.Machine("arch: aarch64, image: { url: \"https://example.org/a\" }").Firmware);

    [Theory]
    [InlineData("image: { build: mmdebstrap, suite: trixie, url: \"http://x/y\" }", "image: build or url: an image has one of them")]
    [InlineData("image: { file: nothing.qcow2 }", "image.file: no file /nowhere/nothing.qcow2")]
    [InlineData("image: { file: ~/x.qcow2 }", "write the full path")]
    [InlineData("image: { file: \"file:///x/y.qcow2\" }", "write \"/x/y.qcow2\"")]
    [InlineData("image: { file: \"a\\nb\" }", "image.file: \"a\\u000ab\" is not a path")]
    [InlineData("image: { build: mmdebstrap }", "image.suite: missing; name the Debian release, such as suite: trixie")]
    [InlineData("image: { build: mmdebstrp, suite: trixie }", "image.build: \"mmdebstrp\" is not mmdebstrap; did you mean \"mmdebstrap\"?")]
    [InlineData("image: { url: \"http://x/y\", suite: trixie }", "image.suite: suite does not go with url")]
    [InlineData("image: { url: \"gopher://x/y\" }", "image.url: \"gopher://x/y\" is not an address")]
    [InlineData("image: { url: \"http://x/y\", sha256: 12 }", "image.sha256: \"12\" is not a SHA-256: 64 hexadecimal digits")]
    [InlineData(
        "image: { build: mmdebstrap, suite: trixie, packages: [\"vim;reboot\"] }",
        "image.packages[0]: \"vim;reboot\" is not a Debian package's name"
    )]
    [InlineData("image: { build: mmdebstrap, suite: trixie, packages: [Vim] }", "write \"vim\"")]
    [InlineData("image: debian_21", "image: no image \"debian_21\" in the catalogue; did you mean \"debian_12\"?")]
    [InlineData(
        "image: { build: mmdebstrap, suite: bookworm }\n      arch: riscv64",
        "image: Debian bookworm was not released for riscv64; trixie was"
    )]
    [InlineData("secure_boot: true\n      firmware: bios", "firmware: Secure Boot needs UEFI; write firmware: uefi, or leave it out")]
    [InlineData(
        "secure_boot: true\n      arch: aarch64",
        "secure_boot: Croft knows Secure Boot for x86_64 only, and this is aarch64; leave it out"
    )]
    [InlineData(
        "image: { url: \"http://x/y\" }\n      firmware: kernel",
        "firmware: only a built image brings its kernel; use bios or uefi"
    )]
    public void BadOnesAreRefused(string keys, string problem) => Assert.Contains(problem, Reading.MachineProblems(keys));

    [Fact]
    public void PlatformWithoutImageIsRefused() =>
        Assert.Equal(
            "farm.yaml:3:16: vms.list[0].image: platform \"p\" names no image; give the platform image: debian_13, or an image of your own",
            Reading.Problems("farm: f\nplatforms: { p: { vcpus: 2 } }\nvms: { list: [ { platform: p } ] }")
        );
}
