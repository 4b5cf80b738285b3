namespace Croft.Farms.Reading;

static class AuthKeys
{
    public static readonly Field<string> User = new("user", Rules.User, "The login in the guest: the same as the machine's `user`.");

    public static readonly Field<SecretSpec> Password = new(
        "password",
        new SecretShape(),
        "Where the login's password is found. The seed gives it to the login, as a hash; ssh uses it where Croft's key is not let in."
    )
    {
        DefaultText = "none: by Croft's key alone",
    };

    public static readonly Field<BecomeMethod> Method = new(
        "method",
        new ChoiceShape<BecomeMethod>(("sudo", BecomeMethod.Sudo), ("su", BecomeMethod.Su), ("doas", BecomeMethod.Doas)),
        "By which program."
    )
    {
        DefaultText = "`sudo`",
    };

    public static readonly Field<SecretSpec> BecomePassword = new(
        "password",
        new SecretShape(),
        "Where the password is found that it asks for: sudo for the login's own, su for root's."
    )
    {
        DefaultText = "it asks for none",
    };

    public static readonly Field<MapReading> Become = new(
        "become",
        new MapShape("a way to become root", [Method, BecomePassword], Method),
        "Becomes root for phases, artifacts, `exec` and `cp`."
    )
    {
        DefaultText = "they run as the login",
        Merging = (lower, upper) => upper.Over(lower),
    };

    public static readonly MapShape Map = new("a login", [User, Password, Become]);
}
