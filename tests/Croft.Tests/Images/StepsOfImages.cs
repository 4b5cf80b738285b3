using System.Collections.Immutable;
using Croft.Farms;
using Croft.Images;
using Croft.Tests.Farms;
using Croft.Tools;

namespace Croft.Tests.Images;

public sealed class StepsOfImages : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly ImageStore store;

    public StepsOfImages()
    {
        store = new ImageStore(folder["store"], TimeProvider.System);
        File.WriteAllBytes(folder["disk.raw"], RawDisk.Make());
    }

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AreDoneOnceInOrder()
    {
        Script(
            "mark.sh",
            "echo run >>../../../count; [ \"$(qemu-img info --output=json \"$1\" | grep -c '\"raw\"')\" -ge 1 ] && printf mark | dd of=\"$1\" bs=1 seek=4096 conv=notrunc status=none"
        );
        var spec = Stepped(new ResizeStep(4 << 20), new ConvertStep("raw"), new RunStep(folder["mark.sh"]));
        Assert.Null(store.Find(spec));
        var image = await store.EnsureAsync(spec, new Recorder(), Cancel);
        Assert.Equal(4 << 20, image.DiskSize);
        await new Tool("qemu-img", "convert", "-O", "raw", image.DiskPath, folder["back.raw"]).RunCheckedAsync("reading", Cancel);
        Assert.Equal("mark"u8.ToArray(), (await File.ReadAllBytesAsync(folder["back.raw"], Cancel))[4096..4100]);
        Assert.Equal(image.Id, (await store.EnsureAsync(spec, new Recorder(), Cancel)).Id);
        Assert.Equal(image.Id, store.Find(spec)!.Id);
        Assert.Equal("run\n", await File.ReadAllTextAsync(folder["count"], Cancel));
        Assert.NotEqual(image.Id, (await store.EnsureAsync(spec.Source, new Recorder(), Cancel)).Id);
        // Another program is another image.
        Script("mark.sh", ":");
        Assert.Null(store.Find(spec));
    }

    [Fact]
    public async Task ThatFailLeaveNothing()
    {
        Script("fails.sh", "echo no such thing >&2; exit 7");
        var error = await Assert.ThrowsAsync<CroftException>(() =>
            store.EnsureAsync(Stepped(new RunStep(folder["fails.sh"])), new Recorder(), Cancel)
        );
        Assert.Equal($"image \"mine\": step run: {folder["fails.sh"]} failed: sh ended with exit code 7: no such thing", error.Message);
        Assert.Empty(Directory.GetFileSystemEntries(folder["store/temporary"]));
        Assert.Single(store.List());
        Assert.Contains(
            "resize: 0 MiB is smaller",
            (
                await Assert.ThrowsAsync<CroftException>(() => store.EnsureAsync(Stepped(new ResizeStep(4096)), new Recorder(), Cancel))
            ).Message
        );
    }

    [Theory]
    [InlineData("rm \"$1\"", "left no disk: there is nothing at the path that it got")]
    [InlineData("rm \"$1\"; mkfifo \"$1\"", "left no disk: it is no file that is at the path that it got")]
    [InlineData("rm \"$1\"; ln -s /etc/passwd \"$1\"", "left no disk: there is a link at the path that it got")]
    [InlineData("head -c 600 /dev/zero >\"$1\"", "is not a disk that boots")]
    public async Task ThatLeaveNoDiskAreNamed(string script, string what)
    {
        Script("own.sh", script);
        var error = await Assert.ThrowsAsync<CroftException>(() =>
            store.EnsureAsync(Stepped(new RunStep(folder["own.sh"])), new Recorder(), Cancel)
        );
        Assert.Contains(folder["own.sh"], error.Message);
        Assert.Contains(what, error.Message);
        Assert.Empty(Directory.GetFileSystemEntries(folder["store/temporary"]));
    }

    [Fact]
    public async Task MaySayMuchAndLeaveAnotherFormat()
    {
        Script("own.sh", "yes | head -c 10000000; qemu-img convert -O raw \"$1\" raw && mv raw \"$1\"");
        var spec = Stepped(new RunStep(folder["own.sh"]), new ResizeStep(4 << 20));
        Assert.Equal(4 << 20, (await store.EnsureAsync(spec, new Recorder(), Cancel)).DiskSize);
    }

    [Fact]
    public void CountPasswordsByAHashThatTellsNothing()
    {
        var (one, other) = (Customised("secret"), Customised("secret2"));
        Assert.Equal(ImageSteps.Digest(one, [1]), ImageSteps.Digest(one, [1]));
        Assert.NotEqual(ImageSteps.Digest(one, [1]), ImageSteps.Digest(other, [1]));
        Assert.NotEqual(ImageSteps.Digest(one, [1]), ImageSteps.Digest(one, [2]));
    }

    [Fact]
    public void AreReadInOrder()
    {
        Script("own.sh", ":");
        var text = $$"""
            farm: f
            platforms:
              p:
                image:
                  url: https://example.org/a.qcow2
                  steps:
                    - fetch
                    - unpack
                    - resize: 8GiB
                    - customise: { root_password: secret, packages: [vim], files: { /etc/motd: own.sh }, commands: [ "echo hello" ] }
                    - run: own.sh
            vms: { list: [ { platform: p } ] }
            """;
        File.WriteAllText(folder["farm.yaml"], text);
        var image = Assert.IsType<SteppedImage>(FarmFile.Read(folder["farm.yaml"], Reading.Defaults).Require().Machines[0].Image);
        Assert.IsType<UrlImage>(image.Source);
        Assert.Equal(["ResizeStep", "CustomiseStep", "RunStep"], image.Steps.Select(step => step.GetType().Name));
        Assert.Equal(folder["own.sh"], ((RunStep)image.Steps[2]).File);
    }

    [Fact]
    public async Task KnowTheMachineWhereEachHasAnImageOfItsOwn()
    {
        Script("name.sh", "printf '%s %s' \"$CROFT_VM_NAME\" \"$CROFT_VM\" >../../../$CROFT_VM_NAME");
        var text = $$"""
            farm: f
            platforms:
              p: { image: { file: disk.raw, per_machine: true, steps: [ { run: name.sh } ] } }
            vms: { list: [ { platform: p, name: a, count: 2, properties: { rack: 7 } }, { platform: p, name: b, vcpus: 2 } ] }
            """;
        File.WriteAllText(folder["farm.yaml"], text);
        var images = FarmFile
            .Read(folder["farm.yaml"], Reading.Defaults)
            .Require()
            .Machines.Select(machine => (machine.Name, Image: (SteppedImage)machine.Image))
            .ToArray();
        List<string> made = [];
        foreach (var (name, image) in images)
        {
            made.Add((await store.EnsureAsync(image, new Recorder(), Cancel)).Id);
            var told = (await File.ReadAllTextAsync(folder[name], Cancel)).Split(' ', 2);
            Assert.Equal(name, told[0]);
            Assert.Equal(name, (string?)System.Text.Json.Nodes.JsonNode.Parse(told[1])!["name"]);
        }

        Assert.Equal(3, images.Length);
        Assert.Equal(3, made.Distinct().Count());
        Assert.Contains("\"rack\":7", images[0].Image.Vm, StringComparison.Ordinal);
        // The same machine again has its image already.
        Assert.Equal(made[0], store.Find(images[0].Image)!.Id);
    }

    [Fact]
    public void AreForAllMachinesUnlessSteps() =>
        Assert.Contains(
            "image.per_machine: an image without steps is the same for every machine",
            Reading.MachineProblems("image: { url: \"http://x/y\", per_machine: true }")
        );

    [Theory]
    [InlineData("[ { resize: 1GiB, convert: raw } ]", "steps[0]: a step is one of convert, resize, customise, run and replace")]
    [InlineData("[ { resize: 1GiB }, fetch ]", "steps[1]: fetch is done first; move it up, or leave it out")]
    [InlineData("[ { run: nothing.sh } ]", "steps[0].run: no file /nowhere/nothing.sh")]
    [InlineData("[ { convert: vmdk } ]", "steps[0].convert: \"vmdk\" is not qcow2 or raw")]
    [InlineData("[ { customise: { password: x } } ]", "a guest has no key \"password\"")]
    public void ThatCannotBeAreRefused(string steps, string problem) =>
        Assert.Contains(problem, Reading.MachineProblems($"image: {{ url: \"http://x/y\", steps: {steps} }}"));

    SteppedImage Stepped(params ImmutableArray<ImageStep> steps) => new(new FileImage("mine", folder["disk.raw"], null, null), steps);

    SteppedImage Customised(string password) => Stepped(new CustomiseStep(null, password, null, [], [], [], null, []));

    void Script(string name, string text) => File.WriteAllText(folder[name], text + "\n");

    public void Dispose() => folder.Dispose();
}
