namespace Croft.Images;

sealed partial class Download
{
    async Task AttemptFtpAsync(
        Uri address,
        string partial,
        Action<long, long?, double?> progress,
        GrowingFile growing,
        CancellationToken cancel
    )
    {
        using var patience = new Patience(Stall, time, cancel);
        await using var ftp = await Ftp.ConnectAsync(address, patience);
        if (await ftp.SizeAsync() is var size && await ftp.ModifiedAsync() is var modified && !await ftp.HasAsync())
            throw new CroftException(
                FaultKind.World,
                $"{address}: the server answered {ftp.Last}",
                "images move when a release is updated: look up its present address"
            )
            {
                IsStale = true,
            };
        var validator = size is null || modified is null ? null : $"{modified} {size}";
        var now = new DownloadState(address.ToString(), validator) { Length = size };
        var have = validator is not null && ReadState(partial) == now ? Length(partial) : 0;
        if (have > 0 && have == size)
            return;
        if (have > 0 && !await ftp.GoOnFromAsync(have))
            have = 0;
        await WriteStateAsync(partial, now, cancel);
        await using (var body = await ftp.OpenAsync())
            await AppendAsync(body, partial, have, size, progress, growing, patience);
        await ftp.EndAsync();
        if (size is { } all && Length(partial) < all)
            throw new TransferException("the transfer ended before its end");
    }

    static async Task<byte[]?> FtpBytesAsync(Uri address, int most, Patience patience)
    {
        await using var ftp = await Ftp.ConnectAsync(address, patience);
        if (!await ftp.HasAsync())
            return null;
        using var text = new MemoryStream();
        await using var body = await ftp.OpenAsync();
        await CopyAsync(
            body,
            text,
            _ => text.Length <= most ? true : throw CroftException.World($"{address} is no list of checksums: it is too large"),
            patience
        );
        return text.ToArray();
    }
}
