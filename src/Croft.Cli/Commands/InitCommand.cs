using System.CommandLine;
using Croft.Farms;

namespace Croft.Cli.Commands;

static class InitCommand
{
    public static Command Create(CommandMaker make) =>
        make.Make("init", "Write a commented farm file for this host, and a first phase", [], async (session, _, cancel) =>
        {
            var folder = Environment.CurrentDirectory;
            var file = Path.Combine(folder, FarmFile.Name);
            if (File.Exists(file))
                throw CroftException.Usage($"{file} exists", "edit it; croft plan says what it means");
            var phase = Path.Combine(folder, "phases", "main.sh");
            await File.WriteAllTextAsync(file, Text(NameOf(folder)), cancel);
            if (!File.Exists(phase))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(phase)!);
                await File.WriteAllTextAsync(phase, MainPhase, cancel);
            }

            session.Terminal.Say($"Wrote {FarmFile.Name} and phases/main.sh. Next: croft plan, then croft run.");
            return 0;
        });

    static string NameOf(string folder)
    {
        var name = new string([.. Path.GetFileName(folder).ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim(
            '-'
        );
        return name.Length is 0 or > 40 ? "lab" : name;
    }

    static string Text(string name) =>
        $"""
            # A farm: which platforms on which targets. croft plan shows what it means and changes nothing.
            # Reference: docs/farm-file.md. Completion in editors: croft schema > farm.schema.json
            farm: {name}

            vms:
              permutations:                  # every platform on every target
                platforms: [debian_12, debian_13]
                targets: [amd64]
              # list:                        # further machines, each with its own definition
              #   - name: db
              #     platform: debian_12
              #     memory: 1GiB
              #     disks: [ {"{"} name: data, size: 2GiB, format: ext4, mount: /srv {"}"} ]

            project:
              id: {name}
              phases: phases                 # dependencies, init, main, terminate: .sh or .yaml (Ansible tasks), all optional
              # vars: {"{"} branch: main {"}"}      # reach the phases as CROFT_BRANCH, or as Ansible variables
              # artifacts: [ /var/tmp/results/** ]

            """;

    const string MainPhase = """
        #!/bin/sh
        # Runs in every guest; exit code 0 is a pass. dependencies.sh and init.sh beside this file run before it and are cached.
        set -eu
        echo "hello from $(hostname), $CROFT_PLATFORM on $CROFT_TARGET"
        uname -a

        """;
}
