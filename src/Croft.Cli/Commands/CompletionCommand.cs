using System.CommandLine;

namespace Croft.Cli.Commands;

/// <summary>Shells ask the program itself: its parser answers the [suggest] directive.</summary>
static class CompletionCommand
{
    public static Command Create(CommandMaker make)
    {
        var shell = new Argument<string>("SHELL") { Description = "The shell" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        return make.Make("completion", "Print the completion script of a shell, to be sourced", [shell], (session, parsed, _) =>
        {
            Terminal.ResultText(
                parsed.GetValue(shell) switch
                {
                    "bash" => """
                    _croft() {
                        local IFS=$'\n'
                        COMPREPLY=($(compgen -W "$(croft "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
                    }
                    complete -o default -F _croft croft

                    """,
                    "zsh" => """
                    _croft() {
                        local -a words_found
                        words_found=("${(@f)$(croft "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
                        compadd -a words_found
                        _files
                    }
                    compdef _croft croft

                    """,
                    _ => """
                    complete -c croft -f -a '(croft "[suggest:"(string length -- (commandline -cp))"]" (commandline -cp) 2>/dev/null)'

                    """,
                }
            );
            return Task.FromResult(0);
        });
    }
}
