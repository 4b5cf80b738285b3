using System.Collections.Concurrent;

namespace Croft.Tools;

/// <summary>
/// Tells what a command waits for, once that takes long. Whatever waits says so here, so that nothing ever stands still without a word. Of
/// waits
/// inside each other only the outermost speaks: it knows what the others are for.
/// </summary>
public static class Waits
{
    /// <summary>At most so many lines at once: a thousand machines may wait for the same thing.</summary>
    internal const int MostLines = 4;

    /// <summary>In characters: it is one line among others.</summary>
    const int LongestSeen = 300;

    static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Again = TimeSpan.FromSeconds(30);
    static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    static readonly AsyncLocal<Teller?> teller = new();
    static readonly AsyncLocal<bool> inside = new();
    static ITimer? looks;

    /// <summary>Has the user told, from here on, of all that this command waits for.</summary>
    /// <param name="wait">Takes what is awaited still; nobody needs to know it later.</param>
    /// <param name="left">Takes what was given up and goes on somewhere.</param>
    public static void Tell(Action<string> wait, Action<string> left)
    {
        var told = new Teller(wait, left);
        teller.Value = told;
        looks = TimeProvider.System.CreateTimer(_ => told.Say(TimeProvider.System.GetTimestamp()), null, Look, Look);
    }

    /// <summary>Something is awaited until what is returned is disposed.</summary>
    /// <param name="what">As in "Still waiting for …".</param>
    /// <param name="seen">What was seen of it last; null for nothing.</param>
    public static IDisposable For(string what, Func<string?>? seen = null) => new Wait(what, seen);

    /// <summary>Something was given up that cannot be ended from here.</summary>
    internal static void Left(string what) => teller.Value?.Left(what);

    /// <summary>Tells of the waits that are to be told of at a moment.</summary>
    internal static void Say(long now) => teller.Value?.Say(now);

    /// <summary>What one command waits for.</summary>
    sealed class Teller(Action<string> passing, Action<string> left)
    {
        readonly ConcurrentDictionary<Wait, long> waits = new();

        public Action<string> Left => left;

        public void Add(Wait wait) => waits[wait] = wait.Began - (long)(Again.TotalSeconds * TimeProvider.System.TimestampFrequency);

        public void Remove(Wait wait) => waits.TryRemove(wait, out _);

        public void Say(long now)
        {
            var due = waits
                .Where(w =>
                    TimeProvider.System.GetElapsedTime(w.Key.Began, now) >= First
                    && TimeProvider.System.GetElapsedTime(w.Value, now) >= Again
                )
                .Select(w => w.Key)
                .OrderBy(w => w.Began)
                .ToList();
            foreach (var wait in due)
                waits.TryUpdate(wait, now, waits.GetValueOrDefault(wait));
            foreach (var wait in due.Take(due.Count > MostLines ? MostLines - 1 : MostLines))
                passing(
                    $"Still waiting for {wait.What} ({TimeProvider.System.GetElapsedTime(wait.Began, now).TotalSeconds:0} s{(Seen(wait) is { Length: > 0 } seen ? "; last seen: " + seen : "")})"
                );
            if (due.Count > MostLines)
                passing($"Still waiting for {due.Count - MostLines + 1} things more");
        }

        /// <summary>It is read while others write it; that this goes wrong costs the words, no more.</summary>
        static string? Seen(Wait wait)
        {
            try
            {
                var seen = wait.Seen?.Invoke();
                return seen?.Length > LongestSeen ? "…" + seen[^LongestSeen..] : seen;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                return null;
            }
        }
    }

    sealed class Wait : IDisposable
    {
        readonly Teller? told = inside.Value ? null : teller.Value;

        public Wait(string what, Func<string?>? seen)
        {
            (What, Seen) = (what, seen);
            if (told is null)
                return;
            inside.Value = true;
            told.Add(this);
        }

        public string What { get; }

        public Func<string?>? Seen { get; }

        public long Began { get; } = TimeProvider.System.GetTimestamp();

        public void Dispose()
        {
            if (told is null)
                return;
            inside.Value = false;
            told.Remove(this);
        }
    }
}
