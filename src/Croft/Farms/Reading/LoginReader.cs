namespace Croft.Farms.Reading;

/// <summary>Reads how a machine's guest is reached, and what of it cannot go together.</summary>
/// <param name="folder">The farm file's.</param>
sealed class LoginReader(string folder, ProblemList problems)
{
    /// <summary>Reads what guests are told at their first boot.</summary>
    public FirstBootReader FirstBoots { get; } = new(folder, problems);

    /// <summary>The way in.</summary>
    public LoginSpec Read(MapReading map)
    {
        var auth = map.Get(MachineKeys.Auth);
        var connection = map.Maybe(MachineKeys.Connection) ?? (ContainerReader.IsOne(map) ? ConnectionKind.Engine : ConnectionKind.Ssh);
        if (connection is not ConnectionKind.Ssh && map.Has(MachineKeys.Port))
            problems.Add(map.NodeOf(MachineKeys.Port), $"port is ssh's, and the connection is {Name(connection)}", "leave port out");
        if (connection == ConnectionKind.Serial && auth?.Get(AuthKeys.Become)?.Has(AuthKeys.BecomePassword) == true)
            problems.Add(
                auth.Get(AuthKeys.Become)!.NodeOf(AuthKeys.BecomePassword),
                "nobody can be asked for a second password at a serial console",
                "write auth.user: root with root's password, or leave this password out where sudo asks for none"
            );
        return new(connection, map.Maybe(MachineKeys.Port) ?? LoginSpec.SshPort)
        {
            Password = auth?.Get(AuthKeys.Password)?.In(folder),
            Become = Become(auth, User(map)),
            HostKey = map.Get(MachineKeys.HostKey) is { } key ? string.Join(' ', key.Split(' ')[..2]) : null,
        };
    }

    /// <summary>Who logs in; null leaves it to the image.</summary>
    public static string? User(MapReading map) => map.Get(MachineKeys.Auth)?.Get(AuthKeys.User) ?? map.Get(MachineKeys.User);

    /// <summary>What ready means where nobody says it.</summary>
    public static WaitSpec WaitOf(ConnectionKind connection) =>
        new(
            connection switch
            {
                ConnectionKind.Agent => WaitKind.Agent,
                ConnectionKind.None => WaitKind.None,
                _ => WaitKind.Ssh,
            }
        );

    /// <summary>Reports what cannot be waited for, or contradicts itself.</summary>
    public void Check(MapReading map, LoginSpec login, WaitSpec wait)
    {
        if (wait.Kind == WaitKind.Ssh && login.Connection is ConnectionKind.Agent or ConnectionKind.None)
            problems.Add(
                map.NodeOf(MachineKeys.Wait),
                $"nobody waits by ssh for a machine with connection: {Name(login.Connection)}",
                login.Connection == ConnectionKind.Agent ? "write wait: agent, or leave wait out" : "write wait: none, or leave wait out"
            );
        if (map.Get(MachineKeys.Auth)?.Get(AuthKeys.User) is { } one && map.Get(MachineKeys.User) is { } other && one != other)
            problems.Add(
                map.NodeOf(MachineKeys.User),
                $"user is {Words.Quote(other)}, and auth.user is {Words.Quote(one)}",
                "write one of them"
            );
    }

    /// <summary>The login, once it is known whether its guest takes a host key of Croft's.</summary>
    public LoginSpec Of(MapReading map, LoginSpec login, ImageSpec image)
    {
        var isOwn =
            map.Maybe(MachineKeys.FirstBoot) == FirstBoot.None
            || image.Origin is CatalogueImage { Machine.FirstBoot: FirstBoot.Nuageinit or FirstBoot.None };
        if (map.Has(MachineKeys.HostKey) && !isOwn)
            problems.Add(
                map.NodeOf(MachineKeys.HostKey),
                "Croft itself gives the guest its host key",
                "leave host_key out, or write first_boot: none"
            );
        return login with { HasOwnHostKey = isOwn && login.Connection == ConnectionKind.Ssh };
    }

    BecomeSpec? Become(MapReading? auth, string? user)
    {
        if (auth?.Get(AuthKeys.Become) is not { } become)
            return null;
        var method = become.Maybe(AuthKeys.Method) ?? BecomeMethod.Sudo;
        var password = become.Get(AuthKeys.BecomePassword)?.In(folder);
        if (method == BecomeMethod.Doas && password is not null)
            problems.Add(
                become.NodeOf(AuthKeys.BecomePassword),
                "doas reads passwords from a terminal alone, and phases have none",
                $"permit nopass {user ?? "USER"} in the guest's doas.conf, and leave the password out"
            );
        if (method == BecomeMethod.Su && password is null && user is not (null or "root"))
            problems.Add(become.NodeOf(AuthKeys.Method), "su asks for root's password", "add password: { env: NAME } to become");
        return user is null or "root" ? null : new(method, password);
    }

    static string Name(ConnectionKind connection) => connection.ToString().ToLowerInvariant();
}
