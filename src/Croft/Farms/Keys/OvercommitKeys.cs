using Croft.Farms.Shapes;

namespace Croft.Farms.Keys;

static class OvercommitKeys
{
    public static readonly Field<double> Vcpus = new("vcpus", new FactorShape(), "Virtual processors for each of the host's.") { DefaultText = "uncounted" };

    public static readonly Field<double> Memory = new("memory", new FactorShape(), "Memory of machines for each byte of the host's; below 1 leaves the host some.") { DefaultText = "`1`" };

    public static readonly MapShape Map = new("factors for vcpus and memory", [Vcpus, Memory]);
}
