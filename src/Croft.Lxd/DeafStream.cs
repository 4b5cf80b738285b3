using System.Net.Sockets;

namespace Croft.Lxd;

/// <summary>
/// A connection on which nobody minds that the other end hears no more: what that said before is still to be read. LXD asks whether we are
/// there, says what a command said, and closes; the answer to its question would fail, and with it all reading.
/// </summary>
sealed class DeafStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await base.WriteAsync(buffer, cancellationToken);
        }
        catch (IOException)
        {
            // The end of what is read will tell.
        }
    }
}
