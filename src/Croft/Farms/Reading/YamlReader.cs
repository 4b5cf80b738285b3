using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Croft.Farms.Reading;

/// <summary>
/// Reads one YAML text into nodes. A text can be hostile: nesting and the size with all aliases written out are bounded, and whatever the
/// parser throws becomes a problem with its place.
/// </summary>
sealed class YamlReader
{
    const string Tab = "a tab indents this line";
    const string Spaces = "indent with spaces";
    const int DeepestNesting = 64;
    const long LargestDocument = 1_000_000;

    readonly string text;
    readonly string file;
    readonly ProblemList problems;
    readonly Scanner scanner;
    readonly Parser parser;
    readonly Dictionary<string, YamlNode?> anchors = new(StringComparer.Ordinal);
    readonly List<(YamlMap Map, YamlEntry Entry, string Message)> keyProblems = [];

    YamlReader(string text, string file, ProblemList problems)
    {
        (this.text, this.file, this.problems) = (text, file, problems);
        scanner = new Scanner(new StringReader(text), skipComments: true);
        parser = new Parser(scanner);
    }

    /// <summary>The document's root; null when there is none, or when the text is not YAML, which is then reported.</summary>
    public static YamlNode? Read(string text, string file, ProblemList problems) =>
        YamlText.IsReadable(text, file, problems) ? new YamlReader(text, file, problems).ReadDocument() : null;

    YamlNode? ReadDocument()
    {
        YamlNode? root = null;
        try
        {
            root = ReadEvents();
            if (root is not null)
                this.problems.Know(root);
        }
        catch (NotReadableException e)
        {
            this.problems.Add(e.At, "", e.Message, e.Hint);
        }
        catch (YamlException e)
        {
            var place = At(PlaceOf(e));
            var (message, hint) = YamlText.TabIn(this.text, place) ? (Tab, Spaces) : ($"not YAML: {YamlText.Sentence(e.Message)}", null);
            if (hint is null && YamlText.OddIn(this.text, place.Line) is ({ } odd, var line, var column))
                (place, hint) = (new Location(this.file, line, column), odd);

            this.problems.Add(place, "", message, hint);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            this.problems.Add(At(scanner.CurrentPosition), "", $"not YAML: {YamlText.Unfinished}");
        }

        foreach (var (map, entry, message) in keyProblems)
            this.problems.AddKey(map, entry, message);

        return root;
    }

    /// <summary>Where to look: mostly where the parser stopped, but for text that never ends where it begins.</summary>
    Mark PlaceOf(YamlException e) =>
        e.Message.Contains("invalid tab", StringComparison.Ordinal) ? scanner.CurrentPosition
        : e.Message.Contains("end of stream", StringComparison.Ordinal) ? e.Start
        : e.End;

    YamlNode? ReadEvents()
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
            return null;

        parser.Consume<DocumentStart>();
        var root = ReadNode(1);
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out var second))
            throw new NotReadableException(
                At(second.Start),
                "a second document begins here",
                "one file is one document; remove the \"---\""
            );

        return root is YamlScalar { IsNull: true } ? null : root;
    }

    YamlNode ReadNode(int depth)
    {
        var read = parser.Consume<ParsingEvent>();
        if (depth > DeepestNesting)
            throw new NotReadableException(At(read.Start), $"nested deeper than {DeepestNesting} levels", null);

        if (read is AnchorAlias alias)
            return Follow(alias, depth);

        var anchor = read is NodeEvent { Anchor.IsEmpty: false } anchored ? anchored.Anchor.Value : null;
        if (anchor is not null)
            anchors[anchor] = null;

        YamlNode node = read switch
        {
            Scalar scalar => ReadScalar(scalar),
            SequenceStart start => ReadList(start, depth),
            MappingStart start => ReadMap(start, depth),
            _ => throw new NotReadableException(At(read.Start), "a value is missing here", null),
        };
        if (anchor is not null)
            anchors[anchor] = node;

        return node;
    }

    YamlNode Follow(AnchorAlias alias, int depth)
    {
        var name = alias.Value.Value;
        if (!anchors.TryGetValue(name, out var node))
            throw new NotReadableException(
                At(alias.Start),
                $"no anchor {Words.Quote(name)} before this place",
                Words.DidYouMean(name, anchors.Keys)
            );

        return node is null
            ? throw new NotReadableException(At(alias.Start), $"the anchor {Words.Quote(name)} contains itself", null)
            : Bounded(node, depth);
    }

    YamlScalar ReadScalar(Scalar scalar)
    {
        var tag = scalar.Tag.IsEmpty ? null : scalar.Tag.Value;
        RefuseTag(tag is "!" or "tag:yaml.org,2002:str" ? null : tag, scalar.Start);
        return new YamlScalar(At(scalar.Start), scalar.Value, scalar.Style != ScalarStyle.Plain || tag is not null);
    }

    YamlList ReadList(SequenceStart start, int depth)
    {
        RefuseTag(start.Tag.IsEmpty ? null : start.Tag.Value, start.Start);
        var items = ImmutableArray.CreateBuilder<YamlNode>();
        long weight = 1;
        var height = 0;
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            var item = ReadNode(depth + 1);
            items.Add(item);
            weight += item.Weight;
            height = Math.Max(height, item.Height);
        }

        return Bounded(new YamlList(At(start.Start), items.DrainToImmutable(), weight, height + 1), depth);
    }

    YamlMap ReadMap(MappingStart start, int depth)
    {
        RefuseTag(start.Tag.IsEmpty ? null : start.Tag.Value, start.Start);
        YamlMapBuilder map = new(At(start.Start));
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            RefuseTab(start);
            var key = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (key is not YamlScalar { IsNull: false } name)
                throw new NotReadableException(key.At, $"a key must be a word, not {key.Kind}", null);

            map.Add(name, value);
        }

        var read = map.Build();
        keyProblems.AddRange(map.Problems.Select(problem => (read, problem.Entry, problem.Message)));
        return Bounded(read, depth);
    }

    static T Bounded<T>(T node, int depth)
        where T : YamlNode
    {
        if (node.Weight > LargestDocument || depth + node.Height - 1 > DeepestNesting)
            throw new NotReadableException(
                node.At,
                "too large with its aliases written out",
                $"at most {LargestDocument:N0} values, {DeepestNesting} levels deep"
            );

        return node;
    }

    void RefuseTag(string? tag, Mark mark)
    {
        if (tag is not null)
            throw new NotReadableException(
                At(mark),
                $"the tag {Words.Quote(tag)} means nothing here",
                tag is "!vault" ? "put the variable into group_vars/all/ of the project" : "leave it out"
            );
    }

    /// <summary>The parser takes some tabs as indentation, which YAML forbids and every editor shows differently.</summary>
    void RefuseTab(MappingStart start)
    {
        if (start.Style == MappingStyle.Flow || parser.Current is not { } key)
            return;

        for (var i = (int)Math.Min(key.Start.Index, this.text.Length) - 1; i >= 0 && this.text[i] is '\t' or ' '; i--)
        {
            if (this.text[i] == '\t')
                throw new NotReadableException(new Location(this.file, (int)key.Start.Line, 1), Tab, Spaces);
        }
    }

    Location At(Mark mark) => new(this.file, (int)mark.Line, (int)mark.Column);

    sealed class NotReadableException(Location at, string message, string? hint) : YamlException(message)
    {
        public Location At { get; } = at;

        public string? Hint { get; } = hint;
    }
}
