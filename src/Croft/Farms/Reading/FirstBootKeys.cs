using System.Collections.Immutable;

namespace Croft.Farms.Reading;

/// <summary>The keys of a machine's first boot, beside who reads it.</summary>
static class FirstBootKeys
{
    public static readonly Field<bool> Source = new(
        "source",
        new ChoiceShape<bool>(("nocloud", false), ("configdrive", true)),
        "The form of the seed: NoCloud's disk `cidata`, or an OpenStack's, `config-2`."
    )
    {
        DefaultText = "`nocloud`",
    };

    public static readonly Field<string> UserData = new(
        "user_data",
        Rules.HostPath,
        "A file in any form that cloud-init knows: cloud-config, a script, MIME multi-part. Croft's own is merged into it."
    );

    public static readonly Field<string> VendorData = new(
        "vendor_data",
        Rules.HostPath,
        "A file with what user-data, Croft's and yours, may say otherwise."
    );

    public static readonly Field<string> NetworkConfig = new(
        "network_config",
        Rules.HostPath,
        "A file in version 2, laid over Croft's: `eth0` is the first card."
    );

    public static readonly Field<MapReading> CloudInit = new(
        "cloud_init",
        new MapShape("what cloud-init is told further", [UserData, VendorData, NetworkConfig, Source], UserData),
        "Files of your own for cloud-init; a bare path is `user_data`."
    )
    {
        Merging = (lower, upper) => upper.Over(lower),
    };

    public static readonly Field<string> Ignition = new(
        "ignition",
        Rules.HostPath,
        "With `first_boot: ignition`, a file of your own in Ignition's JSON, version 3.x, into which Croft's is merged."
    );

    public static readonly Field<string> Butane = new("butane", Rules.HostPath, "The same in Butane's YAML.");

    public static readonly Field<string> Combustion = new(
        "combustion",
        Rules.HostPath,
        "With `first_boot: combustion`, a script of your own, which runs after Croft's."
    );

    public static readonly Field<string> Timezone = new("timezone", Rules.Timezone, "The guest's time zone, such as `Europe/Berlin`.")
    {
        DefaultText = "the image's",
    };

    public static readonly Field<string> Locale = new(
        "locale",
        Rules.Locale,
        "The guest's language, such as `de_DE.UTF-8`; the image must be able to make it."
    )
    {
        DefaultText = "the image's",
    };

    public static readonly Field<string> Layout = new("layout", Rules.Keyboard, "Such as `de`.") { Required = true };

    public static readonly Field<string> Model = new("model", Rules.Keyboard, "Such as `pc105`.") { DefaultText = "`pc105`" };

    public static readonly Field<string> Variant = new("variant", Rules.Keyboard, "Such as `nodeadkeys`.");

    public static readonly Field<string> Options = new("options", Rules.Keyboard, "Such as `ctrl:nocaps`.");

    public static readonly Field<MapReading> Keyboard = new(
        "keyboard",
        new MapShape("a keyboard", [Layout, Model, Variant, Options], Layout),
        "The console's keyboard: a layout, or more."
    )
    {
        DefaultText = "the image's",
    };

    public static readonly Field<ImmutableArray<Item<string>>> Packages = new(
        "packages",
        new ListShape<string>(Rules.GuestPackage),
        "Packages that the guest installs at its first boot. Those of target, platform and entry add up."
    )
    {
        Merging = (lower, upper) => [.. lower, .. upper],
    };

    public static readonly Field<ImmutableArray<Named<SecretSpec>>> Passwords = new(
        "passwords",
        new NamedShape<SecretSpec>("user", Rules.User, new SecretShape()),
        "Passwords of users, for consoles, `su` and `sudo`; who is not there is made. The seed has hashes only."
    )
    {
        Merging = (lower, upper) => [.. lower.Where(named => !upper.Any(later => later.Name == named.Name)), .. upper],
    };

    public static readonly Field<string> Apt = new(
        "apt",
        Rules.Url,
        "A proxy by which apt fetches packages, in guests and while images are built."
    );

    public static readonly Field<string> Pip = new("pip", Rules.Url, "A package index that pip in the guest asks.");

    public static readonly Field<MapReading> Proxy = new(
        "proxy",
        new MapShape("a proxy for packages", [Apt, Pip]),
        "Where packages come from in place of their publishers, such as a cache of the lab's."
    )
    {
        Merging = (lower, upper) => upper.Over(lower),
    };

    public static readonly ImmutableArray<Field> All =
    [
        CloudInit,
        Ignition,
        Butane,
        Combustion,
        Timezone,
        Locale,
        Keyboard,
        Packages,
        Passwords,
        Proxy,
    ];
}
