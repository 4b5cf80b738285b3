using System.CommandLine;
using Croft.Farms;

namespace Croft.Cli.Commands;

/// <summary>image bundle, unbundle.</summary>
static class BundleCommands
{
    public static Command Bundle(CommandMaker make)
    {
        var file = new Argument<string>("FILE") { Description = "Where it is written; - is the output" };
        return make.Make(
            "bundle",
            "Write all images that the farm needs into one file, for hosts without internet; have them first where they are missing",
            [file],
            async (session, parsed, cancel) =>
            {
                await using var output = parsed.GetValue(file) == "-" ? Terminal.ResultBytes() : null;
                if (Path.GetDirectoryName(Path.GetFullPath(parsed.GetValue(file)!)) is { } folder && !Directory.Exists(folder))
                    throw CroftException.Usage($"there is no folder {folder}", "make it first");
                var images = session.LoadFarm().Machines.SelectMany(m => m.Images).Distinct().ToList();
                var store = ImageCommand.Store(session, ImageCommand.FarmLock(session));
                using (var view = Progress.Create(session.Terminal, []))
                {
                    foreach (var image in images)
                        await store.EnsureAsync(image, view.Images, cancel);
                }

                var names = output is null
                    ? await store.BundleAsync(images, parsed.GetValue(file)!, cancel)
                    : await store.BundleAsync(images, output, cancel);
                session.Terminal.Say($"{(output is not null ? "The bundle" : parsed.GetValue(file))} has {Count(names)}.");
                return 0;
            }
        );
    }

    public static Command Unbundle(CommandMaker make)
    {
        var file = new Argument<string>("FILE") { Description = "What croft image bundle wrote; - is the input" };
        return make.Make(
            "unbundle",
            "Take the images of a bundle, and pin in the farm's croft.lock what they are; every file's digest is checked",
            [file],
            async (session, parsed, cancel) =>
            {
                var path = parsed.GetValue(file)!;
                var store = ImageCommand.Store(session, ImageCommand.FarmLock(session));
                await using var input = path == "-" ? Terminal.InputBytes() : null;
                if (input is null && FileNode.At(Path.GetFullPath(path)).Complaint(path) is { } complaint)
                    throw CroftException.Usage(complaint);
                var names = input is null
                    ? await store.UnbundleAsync(path, cancel)
                    : await store.UnbundleAsync(input, "the bundle", cancel);
                session.Terminal.Say($"{(input is null ? path : "The bundle")} has {Count(names)}; they are here now.");
                return 0;
            }
        );
    }

    static string Count(IReadOnlyCollection<string> names) =>
        names.Count == 0 ? "no images" : $"{Amount.Of(names.Count, "image")}: {string.Join(", ", names.Distinct())}";
}
