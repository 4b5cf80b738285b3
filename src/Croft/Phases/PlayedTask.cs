namespace Croft.Phases;

/// <summary>A task that begins or ended, as the callback plugin says.</summary>
/// <param name="Place">Its file and line; may be empty.</param>
/// <param name="Result">How it ended, in Ansible's word: <c>ok</c>, <c>changed</c>, <c>skipped</c>, <c>failed</c>, …; null while it
/// runs.</param>
readonly record struct PlayedTask(string Name, string Place, string? Result);
