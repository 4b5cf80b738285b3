using Croft.Testing;

namespace Croft.Tests.Journal;

/// <summary>A folder of its own for one test.</summary>
public sealed class StateFolder : IDisposable
{
    public string Path { get; } = TestFolder.New();

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
