using Croft.Farms.Shapes;

namespace Croft.Farms.Keys;

static class CacheKeys
{
    public static readonly Field<long> Keep = new(
        "keep", new SizeShape(0), "How much the farm's layers may take on each hypervisor. After a run, those that were not used for the longest time go first; never one that a plan uses, or that something stands on.")
        { DefaultText = "`20GiB`" };

    public static readonly MapShape Map = new("a cache", [Keep]);
}
