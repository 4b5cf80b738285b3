"""Plans of many machines, against version 0.1.0."""
import os, subprocess, tempfile

from bare import CROFT, HERE, ROUNDS, farm, sh, timed

FIRST = f"{HERE}/artifacts/croft-0.1.0/Croft.Cli"  # version 0.1.0, published natively as today's is
FIRST_COMMIT = "aeb859c"


def first_version():
    """Version 0.1.0, built once from the clone's own history."""
    if not os.path.exists(FIRST):
        with tempfile.TemporaryDirectory() as tree:
            sh("git", "-C", HERE, "worktree", "add", "--detach", f"{tree}/0.1.0", FIRST_COMMIT)
            try:
                sh("dotnet", "publish", f"{tree}/0.1.0/src/Croft.Cli", "-c", "Release", "-r", "linux-x64", "-p:PublishAot=true", "-p:PublishReadyToRun=false", "-p:RunAnalyzers=false", "-o", os.path.dirname(FIRST))
            finally:
                sh("git", "-C", HERE, "worktree", "remove", "--force", f"{tree}/0.1.0")


def measure_plan(folder, machines):
    """Seconds, and the most memory in MiB that a plan took."""
    first_version()
    hosts = "\n".join(f"  h{i}: {{ uri: 'qemu+ssh://h{i}/system', capabilities: {{ x86_64: [kvm, qemu] }}, size: {{ vcpus: 64, memory: 512GiB }} }}" for i in range(machines // 100))
    entries = "\n".join(f"    - {{ name: m{i}, platform: debian_12, count: {min(machines, 10000)} }}" for i in range(max(1, machines // 10000)))
    farm(folder, f"farm: bench-plan\nhypervisors:\n{hosts}\nvms:\n  list:\n{entries}\n")
    plan = ["plan", "--offline", "-o", "json"]
    pairs = [(timed(lambda: sh(CROFT, *plan, cwd=folder)), timed(lambda: sh(FIRST, *plan, cwd=folder))) for _ in range(ROUNDS)]
    process = subprocess.Popen([CROFT, *plan], cwd=folder, stdout=subprocess.DEVNULL)
    return zip(*pairs), os.wait4(process.pid, 0)[2].ru_maxrss // 1024
