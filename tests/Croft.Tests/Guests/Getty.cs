using System.Collections.Concurrent;
using System.Text;

namespace Croft.Tests.Guests;

/// <summary>A console whose login takes its time, and whose services talk in between.</summary>
sealed class Getty(string user, string word) : MemoryStream
{
    readonly BlockingCollection<byte[]> said = [];
    readonly StringBuilder line = new();
    string? name;
    bool isIn;

    /// <summary>How often a password was given.</summary>
    public int Tries { get; private set; }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (!said.TryTake(out var next, Timeout.Infinite))
            return 0;
        next.CopyTo(buffer, offset);
        return next.Length;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        foreach (var c in Encoding.UTF8.GetString(buffer, offset, count))
        {
            if (c != '\r')
                line.Append(c);
            else
                Take(line.ToString().Trim('\x03'));
        }
    }

    void Take(string given)
    {
        line.Clear();
        if (isIn)
            Say(given.Replace("\"\"", "", StringComparison.Ordinal).Replace(" echo ", "", StringComparison.Ordinal) + "\r\n# ");
        else if (name is null && given.Length == 0)
            Say("\r\nhost login: [   12.345678] a service has ended\r\n");
        else if (name is null)
        {
            name = given;
            Say(given + "\r\n");
            Later("Password: ");
        }
        else
        {
            Tries++;
            (isIn, name) = (name == user && given == word, null);
            Say("\r\n");
            Later(isIn ? "Last login: today\r\n# " : "\r\nLogin incorrect\r\nhost login: ");
        }
    }

    void Later(string text) => _ = Task.Delay(150).ContinueWith(_ => Say(text), TaskScheduler.Default);

    void Say(string text) => said.Add(Encoding.UTF8.GetBytes(text));

    protected override void Dispose(bool disposing)
    {
        said.CompleteAdding();
        said.Dispose();
        base.Dispose(disposing);
    }
}
