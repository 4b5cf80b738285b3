"""Snapshots, layers and forks, against libvirt's own and the cold boots of the bare script."""
import json, os, subprocess, tempfile, threading, time

from bare import CROFT, NAMES, POOL, REST, ROUNDS, bare_up, croft, overlay, rested, sh, ssh


def first_line(folder):
    """Seconds from the command to the first line that main printed."""
    time.sleep(REST)  # as rested() does
    start, took = time.monotonic(), None
    with subprocess.Popen([CROFT, "run", "-v"], cwd=folder, text=True, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        for line in process.stderr:
            if "main-began" in line and took is None:
                took = time.monotonic() - start
    return took


def bare_restore(folder, domain, snapshot):
    """Seconds of `virsh restore` of a snapshot's or layer's memory on a fresh overlay, and one `ssh true`."""
    manifests = [f"{POOL}/{f}" for f in os.listdir(POOL) if f.startswith(f"{domain}.") and f.endswith(".json")]
    manifest = next(f for f in manifests if json.load(open(f))["name"] == snapshot)
    frozen = f"{POOL}/" + json.load(open(manifest))["record"]["disks"][0]["volume"]
    memory, fresh = manifest[:-5] + ".mem", f"{POOL}/{domain}.root.99.qcow2"
    overlay(fresh, frozen)
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
        file.write(sh("virsh", "save-image-dumpxml", "--security-info", memory).replace(frozen, fresh))
        file.flush()

        def restore():
            sh("virsh", "-q", "restore", memory, "--xml", file.name, "--running")
            ssh(folder, "a")
        took = rested(restore)
    sh("virsh", "-q", "destroy", domain)
    os.remove(fresh)
    return took


def measure_cached(folder):
    croft(folder, "run")
    pairs = [(first_line(folder), bare_restore(folder, "bench-run.a", "init")) for _ in range(ROUNDS)]
    croft(folder, "destroy", "--yes")
    return zip(*pairs)


def measure_snapshot(folder):
    """Taking one with memory, and restoring it on a machine that is off until it answers; the bare side of taking is virsh's own external snapshot."""
    taken, restored = [], []
    for i in range(ROUNDS):
        croft(folder, "up", "a")
        ours = rested(lambda: croft(folder, "snapshot", "create", "s", "a"))
        files = [f"{POOL}/bench-up.bare.{i}.mem", f"{POOL}/bench-up.bare.{i}.qcow2"]
        bare = rested(lambda: sh("virsh", "-q", "snapshot-create-as", "bench-up.a", "bare", "--no-metadata", "--memspec", f"file={files[0]}",
                                "--diskspec", f"vda,file={files[1]}", "--diskspec", "vdz,snapshot=no", "--atomic"))
        taken.append((ours, bare))
        croft(folder, "stop", "--force", "a")
        restored.append((rested(lambda: croft(folder, "snapshot", "restore", "s", "a", "--yes")), None))
        croft(folder, "stop", "--force", "a")
        restored[-1] = (restored[-1][0], bare_restore(folder, "bench-up.a", "s"))
        croft(folder, "destroy", "a", "--yes")
        [os.remove(f) for f in files]
    return list(zip(*taken)), list(zip(*restored))


def measure_disk_restore(folder):
    """Restoring a disk snapshot of a machine that runs until ssh answers, against the cold boot of such an overlay by the bare script."""
    ours, bare = [], []
    croft(folder, "up", "a")
    addresses = {"a": json.loads(croft(folder, "ls", "a", "-o", "json"))[0]["addresses"]["default"]}
    croft(folder, "snapshot", "create", "disk", "a", "--disk")
    for _ in range(ROUNDS):
        ours.append(rested(lambda: croft(folder, "snapshot", "restore", "disk", "a", "--yes")))
        xmls = {"a": sh("virsh", "dumpxml", "--inactive", "--security-info", "bench-up.a")}
        croft(folder, "stop", "--force", "a")
        bare.append(rested(lambda: bare_up(folder, ["a"], addresses, xmls)))
    croft(folder, "destroy", "a", "--yes")
    return ours, bare


def longest_silence(folder, name, result):
    """Seconds, until the file "enough" is there, of the longest time in which a guest that keeps talking said nothing."""
    command = ["ssh", "-F", f"{folder}/.croft/ssh_config", "-o", "ControlMaster=no", "-o", "ControlPath=none", name, "while [ ! -e /root/enough ]; do echo; sleep .02; done"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as talk:
        last, worst = None, 0
        while talk.stdout.read(1):
            now = time.monotonic()
            worst, last = max(worst, now - (last or now)), now
    result.append(worst)


def measure_pause(folder):
    """The longest that any of five guests stood still while all were taken together: seen from outside, since a guest's own clock stands still too."""
    silences = []
    croft(folder, "up", *NAMES)
    for i in range(ROUNDS):
        found = []
        threads = [threading.Thread(target=longest_silence, args=[folder, n, found]) for n in NAMES]
        [t.start() for t in threads]
        time.sleep(5)  # until all of them talk
        croft(folder, "snapshot", "create", f"together{i}", *NAMES, "--together", "--memory")
        for name in NAMES:
            croft(folder, "ssh", name, "--", "touch /root/enough")
        [t.join() for t in threads]
        for name in NAMES:
            croft(folder, "ssh", name, "--", "rm /root/enough")
        croft(folder, "snapshot", "delete", f"together{i}", *NAMES, "--yes")
        silences.append(max(found))
    croft(folder, "destroy", "--yes", *NAMES)
    return silences


def measure_fork(folder, count):
    """Seconds for each of several forks made by one command, against a cold boot."""
    ours, bare = [], []
    for _ in range(ROUNDS):
        croft(folder, "up", "a")
        addresses = {m["name"]: m["addresses"]["default"] for m in json.loads(croft(folder, "ls", "-o", "json"))}
        xmls = {"a": sh("virsh", "dumpxml", "--inactive", "--security-info", "bench-up.a")}
        ours.append(rested(lambda: croft(folder, "fork", "a", "--count", str(count))) / count)
        croft(folder, "destroy", "--yes", *[f"a-{i + 1}" for i in range(count)])
        croft(folder, "destroy", "--yes", "a")
        croft(folder, "up", "a")
        croft(folder, "stop", "--force", "a")
        bare.append(rested(lambda: bare_up(folder, ["a"], addresses, xmls)))
        croft(folder, "destroy", "--yes", "a")
    return ours, bare
