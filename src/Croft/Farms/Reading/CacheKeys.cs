namespace Croft.Farms.Reading;

static class CacheKeys
{
    public static readonly Field<long> Keep = new(
        "keep",
        new SizeShape(0),
        "How much the farm's layers may take on each hypervisor. After a run, the layers go first that were not used for the longest time. A layer stays while the plan uses it or something is based on it."
    )
    {
        DefaultText = "`20GiB`",
    };

    public static readonly MapShape Map = new("a cache", [Keep]);
}
