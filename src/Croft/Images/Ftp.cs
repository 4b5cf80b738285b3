using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Croft.Images;

/// <summary>One file of an FTP server: RFC 959, as anybody, binary, passive.</summary>
sealed class Ftp : IAsyncDisposable
{
    readonly TcpClient control = new();
    readonly string host;
    readonly string path;
    readonly Patience patience;
    StreamReader? reader;
    TcpClient? data;

    Ftp(Uri address, Patience patience)
    {
        (host, this.patience) = (address.Host, patience);
        path = Uri.UnescapeDataString(address.AbsolutePath);
        if (path.Any(char.IsControl))
            throw CroftException.Usage($"{address} has a control character in it");
    }

    /// <summary>What the server said last.</summary>
    public string Last { get; private set; } = "";

    /// <summary>Connects and logs in.</summary>
    public static async Task<Ftp> ConnectAsync(Uri address, Patience patience)
    {
        var ftp = new Ftp(address, patience);
        try
        {
            await patience.ForAsync(
                async token =>
                {
                    await ftp.control.ConnectAsync(ftp.host, address.Port, token);
                    return true;
                },
                "no answer"
            );
            ftp.reader = new StreamReader(ftp.control.GetStream(), Encoding.UTF8);
            ftp.Demand(await ftp.AnswerAsync(), 220);
            if (await ftp.AskAsync("USER anonymous") is 331)
                ftp.Demand(await ftp.AskAsync("PASS anonymous@"), 230);
            else
                ftp.Demand(ftp.Code, 230);
            ftp.Demand(await ftp.AskAsync("TYPE I"), 200);
            return ftp;
        }
        catch
        {
            await ftp.DisposeAsync();
            throw;
        }
    }

    int Code => int.TryParse(Last.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : 0;

    /// <summary>The file's size in bytes; null when the server does not say.</summary>
    public async Task<long?> SizeAsync() =>
        await AskAsync($"SIZE {path}") == 213
        && long.TryParse(Last.Split(' ').Last(), NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? size
            : null;

    /// <summary>When it was changed, as the server writes it; null when the server does not say.</summary>
    public async Task<string?> ModifiedAsync() => await AskAsync($"MDTM {path}") == 213 ? Last.Split(' ').Last() : null;

    /// <summary>Whether the server lists the file. One that does not understand the question may have it.</summary>
    public async Task<bool> HasAsync() => await AskAsync($"SIZE {path}") != 550;

    /// <summary>Has the transfer begin there.</summary>
    public async Task<bool> GoOnFromAsync(long at) => await AskAsync(string.Create(CultureInfo.InvariantCulture, $"REST {at}")) == 350;

    /// <summary>Begins the transfer.</summary>
    public async Task<Stream> OpenAsync()
    {
        var port = await PortAsync();
        data = new TcpClient();
        await patience.ForAsync(
            async token =>
            {
                await data.ConnectAsync(host, port, token); // at another host than this one an answer could lead anywhere
                return true;
            },
            "no answer"
        );
        if (await AskAsync($"RETR {path}") is not (125 or 150))
            throw Said();
        return data.GetStream();
    }

    /// <summary>Waits for the server to say that it sent all.</summary>
    public async Task EndAsync()
    {
        data?.Dispose();
        if (await AnswerAsync() is not (226 or 250))
            throw Said();
    }

    async Task<int> PortAsync()
    {
        if (await AskAsync("EPSV") == 229 && Last.Split('|') is { Length: 5 } parts && int.TryParse(parts[3], out var port))
            return port;
        Demand(await AskAsync("PASV"), 227);
        var numbers = Last[(Last.IndexOf('(', StringComparison.Ordinal) + 1)..].Split(')')[0].Split(',');
        return
            numbers.Length == 6
            && byte.TryParse(numbers[4], NumberStyles.None, CultureInfo.InvariantCulture, out var high)
            && byte.TryParse(numbers[5], NumberStyles.None, CultureInfo.InvariantCulture, out var low)
            ? (high << 8) + low
            : throw Said();
    }

    async Task<int> AskAsync(string command)
    {
        await patience.ForAsync(
            async token =>
            {
                await control.GetStream().WriteAsync(Encoding.UTF8.GetBytes(command + "\r\n"), token);
                return true;
            },
            "nothing was taken"
        );
        return await AnswerAsync();
    }

    /// <summary>Reads an answer; of several lines the last, which begins with a code and a space.</summary>
    async Task<int> AnswerAsync()
    {
        do
        {
            Last = await patience.ForAsync(token => reader!.ReadLineAsync(token).AsTask(), "no answer")
                ?? throw new TransferException("the server ended the connection");
        } while (Last.Length < 4 || Last[3] != ' ' || Code == 0);
        return Code;
    }

    void Demand(int code, int wanted)
    {
        if (code != wanted)
            throw Said();
    }

    TransferException Said() => new($"the server answered {PlainText.Line(Last)}");

    public ValueTask DisposeAsync()
    {
        data?.Dispose();
        reader?.Dispose();
        control.Dispose();
        return ValueTask.CompletedTask;
    }
}
