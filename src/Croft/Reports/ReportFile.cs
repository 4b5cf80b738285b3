using System.Text;

namespace Croft.Reports;

/// <summary>Writes a report as a whole or not at all: a reader never sees half of one.</summary>
static class ReportFile
{
    internal static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    internal static void Write(string path, Action<Stream> write)
    {
        var unfinished = path + ".tmp";
        try
        {
            using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write))
                write(file);
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CroftException.World($"cannot write the report {path}: {e.Message}", cause: e);
        }
    }
}
