namespace Croft.Farms.Reading;

/// <param name="quoted">Whether it is text whatever it looks like.</param>
sealed class YamlScalar(Location at, string text, bool quoted) : YamlNode(at, 1 + (text.Length / 16), 1)
{
    public string Text { get; } = text;

    public bool Quoted { get; } = quoted;

    public bool IsNull => !Quoted && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Kind => IsNull ? "nothing" : "a single value";
}
