[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace Croft.Libvirt.Native;

/// <summary>libvirt's C functions, verbatim and without logic; one partial file per libvirt object.</summary>
static unsafe partial class Libvirt
{
    const string Library = "libvirt.so.0";
    const ulong NoCleanupAtExit = 0x80000; // OPENSSL_INIT_NO_ATEXIT

    static readonly string[] OpenSsl = ["libcrypto.so.3", "libcrypto.so.1.1"];

    static readonly Lazy<LibvirtException?> Loading = new(Load);
    static Thread? loader;

    /// <summary>Loads the library once, or throws the sentence that says what is missing.</summary>
    internal static void EnsureLoaded()
    {
        if (Loading.Value is { } problem)
            throw new LibvirtException(problem.Code, problem.ErrorSource, problem.Message, problem.InnerException);
    }

    internal static void Preload()
    {
        loader = new Thread(() => _ = Loading.Value) { IsBackground = true };
        loader.Start();
    }

    /// <summary>Waits until what loads ahead has ended: libraries must not begin while the process ends.</summary>
    internal static void EndPreload() => loader?.Join();

    /// <summary>
    /// Libraries of libvirt's initialise OpenSSL, which then frees all it has when the process ends. Threads that end at that moment damage
    /// the heap so, and a command that had done its work dies of SIGABRT. Whoever initialises OpenSSL first says that it shall not
    /// (OPENSSL_init_crypto(3)).
    /// </summary>
    static void LoadLibrary()
    {
        var openSsl = OpenSsl.Select(Loaded).FirstOrDefault(l => l != 0);
        if (openSsl != 0 && NativeLibrary.TryGetExport(openSsl, "OPENSSL_init_crypto", out var init))
            _ = ((delegate* unmanaged<ulong, nint, int>)init)(NoCleanupAtExit, 0);
        _ = Loaded(Library);

        static nint Loaded(string library) =>
            NativeLibrary.TryLoad(library, typeof(Libvirt).Assembly, DllImportSearchPath.SafeDirectories, out var handle) ? handle : 0;
    }

    static LibvirtException? Load()
    {
        try
        {
            LoadLibrary();
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
