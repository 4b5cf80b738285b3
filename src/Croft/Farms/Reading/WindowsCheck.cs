namespace Croft.Farms.Reading;

/// <summary>What of a machine cannot be had in Windows, as far as its first boot is concerned.</summary>
sealed class WindowsCheck(ProblemList problems)
{
    /// <summary>Reports it.</summary>
    public void Check(MapReading map, FirstBootSpec spec, (string Name, string User, LoginSpec Login) machine)
    {
        var reader = spec.Kind == FirstBoot.Unattend ? "Windows' Setup" : "cloudbase-init";
        if (machine.Login.Connection != ConnectionKind.None)
            problems.Add(
                map.NodeOf(map.Has(MachineKeys.Connection) ? MachineKeys.Connection : MachineKeys.FirstBoot),
                "Croft's commands need a POSIX shell in the guest, and Windows has none",
                "write connection: none, with wait: port:3389 or the like to wait for it; phases cannot run there"
            );
        if (machine.Login.Password is not null)
            problems.Add(
                map.Get(MachineKeys.Auth)!.NodeOf(AuthKeys.Password),
                "Windows takes no hash of a password, and Croft puts no password into a seed",
                "leave it out: cloudbase-init makes one up, and unattend makes an administrator who sets one at the console"
            );
        if (spec.Kind == FirstBoot.CloudbaseInit && (LoginReader.User(map) is not null))
            problems.Add(
                map.NodeOf(map.Has(MachineKeys.User) ? MachineKeys.User : MachineKeys.Auth),
                "whom the keys are for, username in the image's cloudbase-init.conf says; Windows' ssh server does not read those of administrators there",
                "leave user out; a #ps1_sysnative script in cloud_init may write C:\\ProgramData\\ssh\\administrators_authorized_keys"
            );
        foreach (var (node, disk) in map.Items(MachineKeys.Disks))
            if (disk.Has(DiskKeys.Format) || disk.Has(DiskKeys.Mount))
                problems.Add(node, $"{reader} formats and mounts no further disks", "leave format and mount out");
        var own = map.Get(FirstBootKeys.CloudInit);
        foreach (
            var field in new Field[] { FirstBootKeys.VendorData, FirstBootKeys.NetworkConfig, FirstBootKeys.Source }.Where(f =>
                own?.Has(f) == true
            )
        )
            problems.Add(own!.NodeOf(field), $"{reader} gets an OpenStack's drive, without {field.Name}", "leave it out");
        if (spec is { UserData: not null, Timezone: not null })
            problems.Add(
                map.NodeOf(FirstBootKeys.Timezone),
                "cloudbase-init reads one user-data, and it is your own",
                "write set_timezone there, and leave timezone out"
            );
    }
}
