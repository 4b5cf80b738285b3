using System.Diagnostics.CodeAnalysis;

namespace Croft.Images;

/// <summary>
/// Computes a file's digest and unpacks it while it comes. Both read what was written just now, so nothing is read from a disk twice.
/// </summary>
sealed class OnePass
{
    readonly GrowingFile file;
    readonly Func<Stream, Task<Unpacked>> unpack;
    readonly Task<Checksum> digest;
    readonly Task<Unpacked> unpacked;

    public OnePass(GrowingFile file, string algorithm, Func<Stream, Task<Unpacked>> unpack, CancellationToken cancel)
    {
        (this.file, this.unpack) = (file, unpack);
        digest = Task.Run(() => FromEachBeginningAsync(stream => Checksum.OfAsync(stream, algorithm, cancel)), cancel);
        unpacked = Task.Run(() => FromEachBeginningAsync(unpack), cancel);
    }

    /// <summary>The digest of the whole file.</summary>
    public Task<Checksum> DigestAsync() => digest;

    /// <summary>What came out. The file must be whole.</summary>
    public async Task<Unpacked> UnpackedAsync()
    {
        try
        {
            return await unpacked;
        }
        catch (CroftException) when (file.HasBegunAnew)
        {
            await using var stream = file.Open(); // what failed may have been the file that was there before
            return await unpack(stream);
        }
    }

    /// <summary>Waits until nothing is read any more.</summary>
    public Task EndAsync() => Task.WhenAny(Task.WhenAll(digest, unpacked));

    /// <summary>Waits until nothing is read any more, whatever came of it.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "what the caller found is the reason")]
    public async Task DropAsync()
    {
        try
        {
            await Task.WhenAll(digest, unpacked);
        }
        catch (Exception)
        {
            // It was to end.
        }
    }

    async Task<T> FromEachBeginningAsync<T>(Func<Stream, Task<T>> read)
    {
        while (true)
        {
            try
            {
                await using var stream = file.Open();
                return await read(stream);
            }
            catch (BeganAnewException)
            {
                // Another file is coming.
            }
        }
    }
}
