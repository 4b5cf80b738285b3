using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Croft.Farms;
using Croft.Images;
using Croft.Reports;

namespace Croft.Cli.Commands;

/// <summary>image list --remote.</summary>
static class RemoteImages
{
    /// <summary>Asks the publishers side by side. One that does not answer is said to, and the exit code tells it.</summary>
    public static async Task<int> ListAsync(Session session, ImageStore store, string[] names, CancellationToken cancel)
    {
        var (own, mirrors) =
            session.FarmPath() is not null && session.LoadFarm() is var farm
                ? (farm.Families, farm.Mirrors)
                : (Session.User.Families, Session.User.MirrorsByFamily);
        var all = own.Concat(Catalogue.Families).DistinctBy(f => f.Name).ToList();
        if (names.FirstOrDefault(n => all.All(f => f.Name != n && !f.Names.Contains(n))) is { } unknown)
            throw CroftException.Usage($"no family \"{unknown}\" in the catalogue", Words.DidYouMean(unknown, all.Select(f => f.Name)));
        var chosen = all.Where(f => names.Length == 0 || names.Contains(f.Name) || f.Names.Intersect(names).Any())
            .OrderBy(f => f.Name, StringComparer.Ordinal)
            .ToList();
        var answers = await Task.WhenAll(chosen.Select(family => VersionsAsync(session, store, family, mirrors, cancel)));
        var rows = chosen.Zip(answers.Select(versions => versions ?? [])).ToList();
        Printed.List(
            session.Output,
            ["FAMILY", "WHAT", "VERSIONS", "VARIANTS", "ARCH"],
            rows,
            r =>
                [
                    r.First.Name,
                    r.First.Title,
                    string.Join(' ', r.Second),
                    string.Join(' ', Variants(r.First)),
                    string.Join(' ', Arch(r.First)),
                ],
            r => new JsonObject
            {
                ["family"] = r.First.Name,
                ["title"] = r.First.Title,
                ["versions"] = Array(r.Second),
                ["variants"] = Array(Variants(r.First)),
                ["arch"] = Array(Arch(r.First)),
            }
        );
        return answers.Contains(null) ? (int)FaultKind.World : 0;
    }

    /// <summary>Null when the publisher does not answer.</summary>
    static async Task<IReadOnlyList<string>?> VersionsAsync(
        Session session,
        ImageStore store,
        ImageFamily family,
        ImmutableDictionary<string, string> mirrors,
        CancellationToken cancel
    )
    {
        try
        {
            var arch = family.Arch.ContainsKey(Session.Defaults.HostArch) ? Session.Defaults.HostArch : Arch(family).First();
            return await store.VersionsAsync(
                new CatalogueImage(
                    family.Name,
                    family,
                    "",
                    family.Variants.FirstOrDefault().Name ?? "",
                    arch,
                    mirrors.GetValueOrDefault(family.Name),
                    mirrors.GetValueOrDefault("all"),
                    null
                ),
                cancel
            );
        }
        catch (CroftException e)
        {
            session.Terminal.Say($"Warning: {family.Name}: {e.Message}");
            return null;
        }
    }

    static IEnumerable<string> Variants(ImageFamily family) => family.Variants.DistinctBy(v => v.Text).Select(v => v.Name);

    static IEnumerable<string> Arch(ImageFamily family) => family.Arch.Keys.Order(StringComparer.Ordinal);

    static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
