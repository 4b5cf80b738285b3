using System.Collections.Immutable;

namespace Croft.Farms.Reading;

static class ProjectKeys
{
    static readonly DurationShape Timeout = new(1);

    static readonly ChoiceShape<string> Step = new([
        .. from step in (string[])
            [
                "startup",
                "restore init",
                "create init",
                "restore clean",
                "create clean",
                "restore dependencies",
                "create dependencies",
                "dependencies",
                "init",
                "main",
                "terminate",
                "shutdown",
            ]
        select (step, step),
    ]);

    public static readonly Field<string> Id = new("id", Rules.ProjectId, "Names the project in layers and reports.")
    {
        DefaultText = "the farm's name; in `projects`, the project's",
    };

    public static readonly Field<string> Revision = new(
        "revision",
        Rules.Revision,
        "Stands for the content of the phases' files in the keys of layers. `auto` computes it from the content."
    )
    {
        DefaultText = "`auto`",
    };

    public static readonly Field<string> Phases = new(
        "phases",
        Rules.HostPath,
        "The folder with the phases' files. A relative path starts at the farm file."
    )
    {
        DefaultText = "no phases",
    };

    public static readonly Field<string> Root = new(
        "root",
        Rules.HostPath,
        "The folder where Ansible finds the project's roles, group variables, plugins and `ansible.cfg`, as those of a playbook there. A relative path starts at the farm file."
    )
    {
        DefaultText = "the farm file's folder",
    };

    public static readonly Field<YamlMap> Vars = new("vars", FreeShape.Variables, "The project's variables, of all machines.");

    public static readonly Field<ImmutableArray<Item<string>>> Artifacts = new(
        "artifacts",
        new ListShape<string>(Rules.Glob),
        "Files to fetch from each guest after main."
    );

    public static readonly Field<ImmutableArray<Item<string>>> AllowedPhases = new(
        "allowed_phases",
        new ListShape<string>(Step),
        "The steps of a run that may happen."
    )
    {
        DefaultText = "all",
    };

    public static readonly Field<long> LogLimit = new(
        "log_limit",
        new SizeShape(64 << 10),
        "The most that is kept of each phase's log. A longer log keeps its beginning and its last part."
    )
    {
        DefaultText = "`64MiB`",
    };

    public static readonly Field<int> RetryCount = new(
        "retry_count",
        new NumberShape(0, 1000),
        "How often Croft asks a guest to shut down before it cuts the power."
    )
    {
        DefaultText = "`10`",
    };

    public static readonly Field<TimeSpan> RetryDelay = new("retry_delay", new DurationShape(0), "The time between two such requests.")
    {
        DefaultText = "`5s`",
    };

    public static readonly Field<TimeSpan> ConnectionTimeout = new(
        "connection_timeout",
        Timeout,
        "`connection_timeout` of machines that have none of their own."
    )
    {
        DefaultText = "`120s`",
    };

    public static readonly Field<WaitSpec> Wait = new("wait", new WaitShape(), "`wait` of machines that have none of their own.")
    {
        DefaultText = "`ssh`",
    };

    public static readonly ImmutableArray<Field<TimeSpan>> PhaseTimeouts =
    [
        new("dependencies", Timeout, "The longest that dependencies may take."),
        new("init", Timeout, "The longest that init may take."),
        new("main", Timeout, "The longest that main may take."),
        new("terminate", Timeout, "The longest that terminate may take."),
    ];

    public static readonly Field<MapReading> Timeouts = new(
        "timeouts",
        new MapShape("timeouts", [.. PhaseTimeouts]),
        "The longest that each phase may take."
    )
    {
        DefaultText = "no bound",
        Merging = (lower, upper) => upper.Over(lower),
    };

    public static readonly Field<bool> Snapshots = new(
        "snapshots",
        new BoolShape(words: true),
        "Whether a run keeps layers and goes on from them."
    )
    {
        DefaultText = "`yes`",
    };

    /// <summary>Those that machines may have of their own.</summary>
    public static readonly ImmutableArray<Field> Steps = [AllowedPhases, Timeouts, RetryCount, RetryDelay];

    public static readonly Field<ImmutableArray<string>> GatherFacts = new(
        "gather_facts",
        new FactsShape(),
        "Which facts task lists have. `auto` gathers all, once a run, where the guest has Python. `yes` gathers before each phase. A list of Ansible's subsets gathers these once."
    )
    {
        DefaultText = "`auto`",
    };

    public static readonly Field<MapReading> Ansible = new(
        "ansible",
        new MapShape("settings for Ansible", [GatherFacts]),
        "How task lists run."
    );

    public static readonly MapShape Map = new(
        "a project",
        [
            Id,
            Revision,
            Root,
            Phases,
            Vars,
            Artifacts,
            LogLimit,
            AllowedPhases,
            Snapshots,
            RetryCount,
            RetryDelay,
            Timeouts,
            Ansible,
            ConnectionTimeout,
            Wait,
        ]
    );
}
