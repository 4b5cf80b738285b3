[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace Croft.Libvirt.Native;

/// <summary>libvirt's C functions, verbatim and without logic; one partial file per libvirt object.</summary>
static unsafe partial class Libvirt
{
    const string Library = "libvirt.so.0";

    static readonly Lazy<LibvirtException?> Loaded = new(Load);

    /// <summary>Loads the library once, or throws the sentence that says what is missing.</summary>
    internal static void EnsureLoaded()
    {
        if (Loaded.Value is { } problem)
            throw new LibvirtException(problem.Code, problem.ErrorSource, problem.Message, problem.InnerException);
    }

    internal static void Preload() =>
        new Thread(() => NativeLibrary.TryLoad(Library, typeof(Libvirt).Assembly, DllImportSearchPath.SafeDirectories, out _))
        {
            IsBackground = true,
        }.Start();

    static LibvirtException? Load()
    {
        try
        {
            if (virInitialize() < 0)
                return LastError();
            // Otherwise libvirt prints each error on stderr by itself.
            virSetErrorFunc(null, &IgnoreError);
            if (virGetVersion(out var version, 0, 0) < 0)
                return LastError();
            if (LibvirtConnection.ToVersion(version.Value) < Since.Oldest)
                return Problem(
                    $"libvirt {LibvirtConnection.ToVersion(version.Value)} is too old; {Since.Oldest.ToString(2)} or later is needed.",
                    null
                );
            if (virEventRegisterDefaultImpl() < 0)
                return LastError();
            EventLoop.Start();
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            return Problem(
                $"{Library} cannot be loaded; install libvirt's client library (Debian, Ubuntu: libvirt0; Fedora, Alpine: libvirt-libs; Arch: libvirt).",
                e
            );
        }
    }

    static LibvirtException Problem(string message, Exception? cause) =>
        new(LibvirtError.NoConnect, LibvirtErrorSource.None, message, cause);

    [LibraryImport(Library)]
    private static partial int virInitialize();

    [LibraryImport(Library)]
    internal static partial int virGetVersion(out CULong libVer, nint type, nint typeVer);
}
