namespace Croft.Libvirt;

public sealed unsafe partial class LibvirtConnection
{
    const uint NoWait = 1 << 29;

    /// <summary>
    /// The statistics of all domains, or those that flags choose, in one round trip. Domains that are busy with another job tell less
    /// rather than
    /// make the caller wait. NoSupport from some drivers.
    /// </summary>
    public IReadOnlyList<DomainStats> AllDomainStats(
        DomainStatsTypes types = DomainStatsTypes.All,
        DomainListFlags flags = DomainListFlags.All
    )
    {
        var count = Checked(virConnectGetAllDomainStats(handle, types, out var records, (uint)flags | NoWait));
        try
        {
            var list = new DomainStats[count];
            for (var i = 0; i < count; i++)
            {
                var record = records[i];
                var values = new Dictionary<string, object>(record->nparams);
                for (var k = 0; k < record->nparams; k++)
                    values[Taken.FixedText(record->@params[k].field, 80)] = ValueOf(record->@params + k);
                list[i] = new DomainStats(NameOf(record->dom), UuidOf(record->dom), values);
            }
            return list;
        }
        finally
        {
            virDomainStatsRecordListFree(records);
        }
    }

    static object ValueOf(virTypedParameter* parameter) =>
        parameter->type switch
        {
            1 => (long)parameter->value.i,
            2 => (long)parameter->value.ui,
            3 => parameter->value.l,
            4 => parameter->value.ul,
            5 => parameter->value.d,
            6 => parameter->value.b != 0,
            7 => Taken.Text(parameter->value.s) ?? "",
            var type => throw new NotSupportedException($"libvirt sent a value of unknown type {type}."),
        };
}
