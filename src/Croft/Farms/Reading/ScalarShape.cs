using System.Diagnostics.CodeAnalysis;

namespace Croft.Farms.Reading;

/// <summary>What is wrong with a value, and what to write instead.</summary>
readonly record struct Complaint(string Message, string? Hint = null);

/// <summary>A single value.</summary>
abstract class ScalarShape<T> : Shape<T>
    where T : notnull
{
    /// <summary>Reads the text of a value.</summary>
    public abstract bool TryParse(string text, [NotNullWhen(true)] out T? value, out Complaint complaint);

    public sealed override bool TryRead(YamlNode node, ProblemList problems, [NotNullWhen(true)] out T? value)
    {
        if (node is not YamlScalar scalar)
        {
            problems.Add(node, $"must be {Type}, not {node.Kind}");
            value = default;
            return false;
        }

        if (TryParse(scalar.Text, out value, out var complaint))
            return true;

        problems.Add(node, complaint.Message, complaint.Hint);
        return false;
    }
}
