namespace Croft.Farms.Reading;

static class CapacityKeys
{
    public static readonly Field<int> Vcpus = new("vcpus", new NumberShape(1, 65536), "Virtual processors.");

    public static readonly Field<long> Memory = new("memory", new SizeShape(16 << 20), "Memory.");

    public static readonly MapShape Map = new("an amount of vcpus and memory", [Vcpus, Memory]);
}
