using System.Text;

namespace Croft.Images;

/// <summary>
/// User-data of two: the farm author's, in whichever form cloud-init knows, and Croft's. cloud-init merges the later part into the earlier
/// one as the part says: Croft's adds its lists to the author's, and leaves what else the author decided.
/// </summary>
static class Multipart
{
    const string Border = "==croft==";
    const string Merge = "list(append)+dict(no_replace,recurse_array)+str()";

    /// <summary>Both as one MIME text.</summary>
    public static string Of(string own, string croft)
    {
        var text = new StringBuilder();
        text.Append("Content-Type: multipart/mixed; boundary=\"").Append(Border).Append("\"\nMIME-Version: 1.0\n\n");
        if (
            own.StartsWith("Content-Type:", StringComparison.OrdinalIgnoreCase)
            || own.StartsWith("MIME-Version:", StringComparison.OrdinalIgnoreCase)
        )
            text.Append("--").Append(Border).Append('\n').Append(own.ReplaceLineEndings("\n")).Append('\n');
        else
            Part("text/plain", "user-data", null, own); // cloud-init looks itself what it is
        Part("text/cloud-config", "croft", $"Merge-Type: {Merge}\n", croft);
        return text.Append("--").Append(Border).Append("--\n").ToString();

        void Part(string type, string name, string? headers, string content) =>
            text.Append("--")
                .Append(Border)
                .Append('\n')
                .Append($"Content-Type: {type}; charset=\"utf-8\"\n")
                .Append("MIME-Version: 1.0\n")
                .Append(headers)
                .Append("Content-Transfer-Encoding: base64\n")
                .Append($"Content-Disposition: attachment; filename=\"{name}\"\n\n")
                .Append(
                    Convert
                        .ToBase64String(Encoding.UTF8.GetBytes(content), Base64FormattingOptions.InsertLineBreaks)
                        .Replace("\r", "", StringComparison.Ordinal)
                )
                .Append('\n');
    }
}
