namespace Croft;

/// <summary>How many there are, in words.</summary>
static class Amount
{
    /// <summary>"1 machine", "2 machines".</summary>
    internal static string Of(int count, string noun) => $"{count} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>"1 machine is", "2 machines are".</summary>
    internal static string Are(int count, string noun) => $"{Of(count, noun)} {(count == 1 ? "is" : "are")}";
}
