using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>Makes the steps of an image of what was written.</summary>
/// <param name="folder">Where relative paths start.</param>
sealed class StepReader(string folder, ProblemList problems)
{
    /// <summary>The image with its steps; itself when nothing is to be done.</summary>
    public ImageSpec Read(ImageSpec image, ImmutableArray<Item<MapReading>> written)
    {
        var steps = ImmutableArray.CreateBuilder<ImageStep>();
        foreach (var (node, map) in written)
        {
            Field[] kinds = [.. StepKeys.Kinds.Where(map.Has)];
            if (kinds.Length != 1)
                problems.Add(node, "a step is one of convert, resize, customise, run and replace", "write each on a line of its own");
            else if (map.Has(StepKeys.Do) && steps.Count > 0)
                problems.Add(node, $"{map.Get(StepKeys.Do)} is done first", "move it up, or leave it out");
            else if (StepOf(map) is { } step)
                steps.Add(step);
        }

        return steps.Count == 0 ? image : new SteppedImage(image, steps.ToImmutable());
    }

    ImageStep? StepOf(MapReading map) =>
        map.Get(StepKeys.Convert) is { } format ? new ConvertStep(format)
        : map.Maybe(StepKeys.Resize) is { } size ? new ResizeStep(size)
        : map.Get(StepKeys.Run) is { } program ? new RunStep(FileOf(program, map.NodeOf(StepKeys.Run)))
        : map.Get(StepKeys.Replace) is { } other ? ReplaceBy(other, map)
        : map.Get(StepKeys.Customise) is { } changes ? Customise(changes)
        : null;

    ReplaceStep? ReplaceBy(string file, MapReading map)
    {
        if (map.Get(ImageKeys.Sha256) is { } digest)
            return new(FileOf(file, map.NodeOf(StepKeys.Replace)), digest.ToLowerInvariant());
        problems.AddMissing(map.Node, ImageKeys.Sha256.Name, "missing", $"sha256sum {file} tells it");
        return null;
    }

    CustomiseStep Customise(MapReading map) =>
        new(
            map.Get(StepKeys.Hostname),
            map.Get(StepKeys.RootPassword),
            map.Get(StepKeys.User),
            [.. map.Items(StepKeys.Keys).Select(key => key.Value)],
            [.. map.Items(StepKeys.Packages).Select(package => package.Value)],
            [.. map.Items(StepKeys.Files).Select(file => (file.Name, FileOf(file.Value, file.Node)))],
            map.Get(StepKeys.FirstBoot) is { } script ? FileOf(script, map.NodeOf(StepKeys.FirstBoot)) : null,
            [.. map.Items(StepKeys.Commands).Select(command => command.Value)]
        );

    string FileOf(string written, YamlNode node)
    {
        var file = Path.GetFullPath(written, folder);
        if (FileNode.At(file).Complaint(file) is { } complaint)
            problems.Add(node, complaint);
        return file;
    }
}
