namespace Croft.Images;

/// <summary>
/// A seed for cloudbase-init, Windows' cloud-init: OpenStack's drive with name, keys, cards and the user's own user-data. Which user the
/// keys are for, the image's configuration decides.
/// </summary>
static class CloudbaseInit
{
    /// <summary>The drive's files.</summary>
    public static IReadOnlyDictionary<string, string> Build(SeedContent content)
    {
        var files = new Dictionary<string, string>
        {
            ["openstack/latest/meta_data.json"] = ConfigDrive.MetaData(content).ToJsonString(),
            ["openstack/latest/network_data.json"] = ConfigDrive.NetworkData(content).ToJsonString(),
        };
        if (content.FirstBoot.UserData is { } own)
            files["openstack/latest/user_data"] = own.Text;
        else if (content.FirstBoot.Timezone is { } zone)
            files["openstack/latest/user_data"] = $"#cloud-config\nset_timezone: {zone}\n";
        return files;
    }
}
