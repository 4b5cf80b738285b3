using Croft.Farms.Reading;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Croft.Farms;

/// <summary>
/// Whether a text can be a list of tasks, as far as its form tells it. What tasks mean is Ansible's alone, and tags and keys given twice
/// are, too.
/// </summary>
static class TaskListText
{
    const string Cure = "write a list of tasks, each beginning with \"- \", such as - ansible.builtin.ping:";

    /// <summary>What is wrong with it; null when nothing is.</summary>
    /// <param name="file">As the user knows it.</param>
    /// <param name="phase">The phase's name.</param>
    public static Problem? Complaint(string text, string file, string phase)
    {
        if (text.StartsWith("$ANSIBLE_VAULT;", StringComparison.Ordinal))
            return null;
        try
        {
            var parser = new Parser(new StringReader(text.TrimStart('\ufeff')));
            return Wrong(parser) is var (at, what) ? Said(at, what, Cure) : null;
        }
        // Ansible's parser takes lines of quoted text that are not indented; this one does not.
        catch (YamlException e) when (e.Message.Contains("wrong indentation", StringComparison.Ordinal))
        {
            return null;
        }
        catch (YamlException e)
        {
            return Said(e.Start, $"is not YAML: {YamlText.Sentence(e.Message)}", null);
        }

        Problem Said(Mark at, string what, string? hint) =>
            new(new Location(file, (int)at.Line, (int)at.Column), "", $"the file of phase {phase} {what}", hint);
    }

    /// <summary>Reads to the end, since what is no YAML may be there.</summary>
    static (Mark At, string What)? Wrong(Parser parser)
    {
        (Mark At, string What)? wrong = null;
        for (var depth = 0; parser.MoveNext(); )
        {
            var read = parser.Current!;
            var begins = depth switch
            {
                0 => read is MappingStart or Scalar { IsPlainImplicit: false } or Scalar { Value: not ("" or "~" or "null") },
                1 => read is Scalar or SequenceStart,
                _ => false,
            };
            if (begins)
                wrong ??= (
                    read.Start,
                    depth == 0
                        ? $"is no list of tasks but {(read is Scalar ? "a single value" : "a map")}"
                        : $"has {(read is Scalar ? "a single value" : "a list")} in place of a task"
                );
            depth += read switch
            {
                SequenceStart or MappingStart => 1,
                SequenceEnd or MappingEnd => -1,
                _ => 0,
            };
        }

        return wrong;
    }
}
