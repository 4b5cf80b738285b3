namespace Croft.Farms.Reading;

static class OvercommitKeys
{
    public static readonly Field<double> Vcpus = new(
        "vcpus",
        new FactorShape(),
        "How many virtual processors for each processor of the host."
    )
    {
        DefaultText = "uncounted",
    };

    public static readonly Field<double> Memory = new(
        "memory",
        new FactorShape(),
        "How many bytes of machines' memory for each byte of the host's. Less than 1 leaves memory to the host."
    )
    {
        DefaultText = "`1`",
    };

    public static readonly MapShape Map = new("factors for vcpus and memory", [Vcpus, Memory]);
}
