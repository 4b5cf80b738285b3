using System.CommandLine;
using Croft.Farms;

namespace Croft.Cli.Commands;

/// <summary>image bundle, unbundle.</summary>
static class BundleCommands
{
    public static Command Bundle(CommandMaker make)
    {
        var file = new Argument<string>("FILE") { Description = "Where it is written" };
        return make.Make(
            "bundle",
            "Write all images that the farm needs into one file, for hosts without internet; have them first where they are missing",
            [file],
            async (session, parsed, cancel) =>
            {
                if (Path.GetDirectoryName(Path.GetFullPath(parsed.GetValue(file)!)) is { } folder && !Directory.Exists(folder))
                    throw CroftException.Usage($"there is no folder {folder}", "make it first");
                var images = session.LoadFarm().Machines.SelectMany(m => m.Images).Distinct().ToList();
                var store = ImageCommand.Store(session, ImageCommand.FarmLock(session));
                using (var view = Progress.Create(session.Terminal, []))
                {
                    foreach (var image in images)
                        await store.EnsureAsync(image, view.Images, cancel);
                }

                var names = await store.BundleAsync(images, parsed.GetValue(file)!, cancel);
                session.Terminal.Say($"{parsed.GetValue(file)} has {Count(names)}.");
                return 0;
            }
        );
    }

    public static Command Unbundle(CommandMaker make)
    {
        var file = new Argument<string>("FILE") { Description = "What croft image bundle wrote" };
        return make.Make(
            "unbundle",
            "Take the images of a bundle, and pin in the farm's croft.lock what they are; every file's digest is checked",
            [file],
            async (session, parsed, cancel) =>
            {
                var path = parsed.GetValue(file)!;
                if (FileNode.At(Path.GetFullPath(path)).Complaint(path) is { } complaint)
                    throw CroftException.Usage(complaint);
                var names = await ImageCommand.Store(session, ImageCommand.FarmLock(session)).UnbundleAsync(path, cancel);
                session.Terminal.Say($"{path} has {Count(names)}; they are here now.");
                return 0;
            }
        );
    }

    static string Count(IReadOnlyCollection<string> names) =>
        names.Count == 0 ? "no images" : $"{Amount.Of(names.Count, "image")}: {string.Join(", ", names.Distinct())}";
}
