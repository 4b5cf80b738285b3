namespace Croft.Tests.Guests;

/// <summary>All that were thought of.</summary>
static class Lies
{
    /// <summary>What may be said, or not, at any point.</summary>
    static readonly (string Name, string Text)[] Ends =
    [
        ("nothing", "exit 0"),
        ("failure", "exit 1"),
        ("ssh's own code", "exit 255"),
        ("a death", "kill -9 $$"),
        ("a stall", "sleep 60"),
        ("rubbish", "head -c 100000 /dev/urandom; exit 3"),
        ("endless rubbish", "exec cat /dev/urandom"),
        ("endless NUL", "exec cat /dev/zero"),
        ("an endless line", "yes | tr -d '\\n'"),
        ("endless lines", "exec yes"),
        (
            "colours",
            "i=0; while [ $i -lt 50 ]; do printf '\\033[31m\\033]0;title\\007\\302\\2331mred\\033[2J\\r\\n'; i=$((i+1)); done; exit 4"
        ),
        ("broken text", "printf 'a\\377\\376\\300\\200\\355\\240\\200\\0b\\n'; printf '\\377\\n' >&2; exit 5"),
        ("half a mark", "printf croft-; sleep 60"),
        ("endless marks", "exec yes croft-begins"),
        ("endless readiness", "exec yes croft-ready"),
        ("closed stdout", "exec >&-; sleep 60"),
        ("closed stderr", "exec 2>&-; sleep 60"),
        ("all closed", "exec <&- >&- 2>&-; sleep 60"),
        ("endless stderr", "exec cat /dev/urandom >&2"),
        ("endless lines of stderr", "yes >&2"),
    ];

    /// <summary>After the beginning was right.</summary>
    static readonly Lie[] Heads =
    [
        new("", ""),
        new("begins, then ", "echo croft-begins; echo croft-begins >&2; "),
        new("ready, then ", "echo croft-begins; echo croft-ready; ", "readiness", "a phase in the first shell"),
        new("waiting, then ", "echo croft-begins; echo croft-ready; echo croft-waiting; ", "readiness", "a phase in the first shell"),
        new(
            "a command's begin, then ",
            "echo croft-begins; echo croft-ready; echo croft-waiting; read -r C; echo croft-begins; ",
            "a phase in the first shell"
        ),
    ];

    /// <summary>Who runs them.</summary>
    static readonly (string Program, string[] Of)[] Users =
    [
        ("tar", ["a phase", "artifacts"]),
        ("find", ["artifacts"]),
        ("grep", ["a clean-up", "what is left"]),
        ("date", ["readiness", "a phase in the first shell"]),
        ("sync", ["sync"]),
        ("cat", ["a phase"]),
        ("rm", ["a phase"]),
        ("sh", ["a phase"]),
    ];

    static readonly (string Name, string Text)[] Others =
    [
        ("the truth", "honest"),
        ("the truth and stderr for ever", "yes >&2 & honest"),
        ("the truth, then a stall", "honest; exec >&- 2>&-; sleep 60"),
        ("the truth with another code", "honest; exit 77"),
        ("the truth without its first bytes", "honest | tail -c +5"),
        .. Cuts(),
        ("the truth twice", "honest; honest"),
        ("an end at once", End("0")),
        ("an end with a code that is none", End("zzz")),
        ("an end with a negative code", End("-5")),
        ("an end with a long code", End("99999999999999999999")),
        ("an end without a code", End("")),
        ("an end without its line's end", "echo croft-begins; printf \"croft-$N 0\"; sleep 60"),
        ("an end that does not end", "echo croft-begins; printf \"croft-$N 0\"; cat /dev/zero"),
        ("an end that is repeated", "echo croft-begins; yes \"croft-$N 0\""),
        ("an end, then a stall", End("0") + "; exec >&-; sleep 60"),
        ("an end, then stderr for ever", End("0") + "; exec >&-; yes >&2"),
    ];

    /// <summary>The truth, but for one program.</summary>
    static IEnumerable<Lie> Programs() =>
        from user in Users
        from end in Ends
        let program = user.Program
        select new Lie(
            $"{program} gives {end.Name}",
            $"cat >$B/{program} <<'E'\n#!/bin/sh\nPATH=${{PATH#*:}}\n{end.Text}\nE\n/bin/chmod +x $B/{program}; honest",
            user.Of
        );

    public static IEnumerable<Lie> All() =>
        (from head in Heads from end in Ends select new Lie(head.Name + end.Name, head.Text + end.Text, head.Of))
            .Concat(Others.Select(o => new Lie(o.Name, o.Text)))
            .Concat(Programs());

    /// <summary>Those that were hardest.</summary>
    public static IEnumerable<Lie> Few() =>
        All()
            .Where(lie => lie.Name is "begins, then endless lines" or "an end that does not end")
            .Append(new("an end with a code that is none", End("zzz"), "a phase"));

    static IEnumerable<(string Name, string Text)> Cuts() =>
        from length in new[] { 0, 1, 5, 12, 13, 14, 600, 5000 }
        select ($"{length} bytes of the truth", $"honest | head -c {length}");

    static string End(string code) => $"echo croft-begins; echo \"croft-$N {code}\"";
}
