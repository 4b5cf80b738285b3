using System.CommandLine;

namespace Croft.Cli.Options;

/// <summary>Arguments and options that more than one command takes; made anew for each, since the parser ties them to one.</summary>
static class Arguments
{
    public static Argument<string[]> Selection() =>
        new("SEL")
        {
            Description = "Names, globs, platform=…, target=…, hypervisor=…; nothing means all",
            Arity = ArgumentArity.ZeroOrMore,
        };

    public static Argument<string> Machine() => new("MACHINE") { Description = "A machine's name" };

    public static Option<string[]> ExtraVariables() =>
        new("--extra-vars", "-e")
        {
            Description = "A variable for phases, above all others: NAME=VALUE, @FILE of YAML or JSON, or a map in one word",
            HelpName = "VARS",
            DefaultValueFactory = _ => [],
        };

    public static Option<string[]> Projects() =>
        new("--project")
        {
            Description = "Only this project of the farm, and the machines that take part in it; may be given again",
            HelpName = "NAME",
            DefaultValueFactory = _ => [],
        };

    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask" };

    public static Option<bool> AcceptHostKey() =>
        new("--accept-host-key") { Description = "Take the host keys of guests that bring their own, where nobody vouches for them" };

    public static Option<bool> Recreate() =>
        new("--recreate") { Description = "Make machines anew whose image, disks or login changed in the farm file; destroys their data" };
}
