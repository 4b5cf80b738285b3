namespace Croft.Farms.Reading;

/// <summary>The keys of the user's configuration: some of a farm file's, and what farm files name themselves.</summary>
static class UserKeys
{
    public static readonly Field<string> Platform = new("platform", Rules.Name, "The platform of `croft spawn` where none is named.");

    public static readonly MapShape Map = new(
        "the user's configuration",
        [Platform, FarmKeys.Platforms, FarmKeys.Catalog, FarmKeys.Mirrors]
    );
}
