using System.Text;
using Croft.Farms;
using Croft.Planning;
using Croft.Tests.Planning;

namespace Croft.Tests.Farms;

/// <summary>
/// Farm files as broken editors, merges and typing leave them: each is read and planned, or has problems, in bounded time.
/// </summary>
public sealed class MutatedFarmFiles
{
    /// <summary>What a farm file may hold that its keys do not expect; also what YAML makes something of.</summary>
    static readonly string[] Splinters =
    [
        "{",
        "}",
        "[",
        "]",
        ":",
        ": ",
        "- ",
        ",",
        "\n",
        "\n  ",
        "\t",
        "\u00a0",
        "\u2013",
        "\u200b",
        "\ufeff",
        "\0",
        "\r\n",
        "\"",
        "'",
        "#",
        " #",
        "&a ",
        "*a",
        "<<: *a",
        "!!int ",
        "!x ",
        "? ",
        "|",
        ">",
        "%",
        "@",
        "`",
        "---\n",
        "...\n",
        "null",
        "~",
        "true",
        "no",
        "0",
        "-1",
        "1e3",
        "0x7f",
        "1.10",
        "99999999999999999999",
        "9223372036854775807",
        ".inf",
        ".nan",
        "2001-01-01",
        "512MiB",
        "999999999TiB",
        "0.0.0.0/0",
        "255.255.255.255/32",
        "10.0.0.0/30",
        "../..",
        "/",
        "~/x",
        "$(id)",
        "{{ x }}",
        "a.b",
        "ä",
        "\ud83d\ude00",
        "count: 100000",
        "count: 0",
        "hypervisor: local",
        "platform: debian_13",
        "list:",
        "permutations:",
        "networks: [ {} ]",
        "disks: [ {} ]",
        "image: {}",
        "name: x",
        "apart: x",
        "uri: x",
        "require: x",
        "address: 10.80.0.255",
        "machine: a",
    ];

    static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    static bool All => Environment.GetEnvironmentVariable("CROFT_TEST_ALL") == "1";

    public static TheoryData<string> Examples => Schema.Examples;

    [Theory]
    [MemberData(nameof(Examples), DisableDiscoveryEnumeration = true)]
    public void AreReadAndPlannedOrHaveProblems(string example)
    {
        var file = Path.Combine(Repository.Root, example);
        var others = Schema.Examples.Select(e => File.ReadAllText(Path.Combine(Repository.Root, (string)e.Data))).ToArray();
        var random = new Random(20);
        var planned = 0;
        for (var i = 0; i < (All ? 100_000 : 2_000) / others.Length; i++)
        {
            var text = new StringBuilder(File.ReadAllText(file));
            for (var change = random.Next(1, 5); change > 0; change--)
                Change(text, random, others);
            planned += Judge(text.ToString(), file) ? 1 : 0;
        }

        Assert.NotEqual(0, planned); // some are still sound: what comes after reading was tried, too
    }

    /// <returns>Whether it was sound.</returns>
    static bool Judge(string text, string file)
    {
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            var reading = FarmFile.ReadText(text, file, Reading.Defaults);
            Assert.True(reading.Farm is not null || !reading.Problems.IsEmpty, "neither a farm nor a problem");
            Assert.All(reading.Problems, problem => Assert.False(string.IsNullOrWhiteSpace(problem.ToString())));
            if (!reading.Problems.IsEmpty)
                return false;
            Planner.Make(
                Lab.Input(
                    reading.Farm!,
                    reading.Farm!.Hypervisors.Where(h => h.Machine is null).Select(h => Lab.Host(h.Name, "x86_64:kvm,qemu aarch64:qemu"))
                )
            );
            return true;
        }
        catch (CroftException)
        {
            return false;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.GetType().Name} of the farm file:\n{text}", e);
        }
        finally
        {
            if (TimeProvider.System.GetElapsedTime(began) > Longest)
                Assert.Fail($"took longer than {Longest}:\n{text}");
        }
    }

    static void Change(StringBuilder text, Random random, string[] others)
    {
        var at = random.Next(text.Length + 1);
        var length = Math.Min(random.Next(1, 12), text.Length - at);
        var other = others[random.Next(others.Length)];
        switch (random.Next(7))
        {
            case 0:
                text.Remove(at, length);
                break;
            case 1:
                text.Insert(at, Splinters[random.Next(Splinters.Length)]);
                break;
            case 2:
                text.Remove(at, length).Insert(at, Splinters[random.Next(Splinters.Length)]);
                break;
            case 3 when at < text.Length:
                text[at] = (char)(text[at] ^ 1 << random.Next(8));
                break;
            case 4:
                text.Insert(at, text.ToString(at, length));
                break;
            case 5:
                var lines = text.ToString().Split('\n').ToList();
                var line = lines[random.Next(lines.Count)];
                lines.Remove(line);
                lines.Insert(random.Next(lines.Count + 1), random.Next(2) == 0 ? line : "  " + line.TrimStart());
                text.Clear().AppendJoin('\n', lines);
                break;
            default:
                var from = random.Next(other.Length);
                text.Insert(at, other.AsSpan(from, Math.Min(random.Next(40), other.Length - from)));
                break;
        }
    }
}
