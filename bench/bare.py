"""What the measurements share: Croft, and the bare script that does the same with virsh and ssh."""
import json, os, re, socket, subprocess, tempfile, threading, time

ROUNDS = int(os.environ.get("ROUNDS", "5"))
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CROFT = f"{HERE}/artifacts/croft/croft"  # built by ./croft
POOL = "/var/lib/libvirt/croft"
REST = 4  # s
NAMES = list("abcde")


def sh(*command, check=True, **options):
    return subprocess.run(command, check=check, text=True, capture_output=True, **options).stdout


def timed(act):
    start = time.monotonic()
    act()
    return time.monotonic() - start


def rested(act):
    """Both sides start alike: where this machine is itself a guest, memory that was given back a moment ago is still at hand, and gone after seconds."""
    time.sleep(REST)
    return timed(act)


def farm(folder, text, **phases):
    os.makedirs(f"{folder}/phases", exist_ok=True)
    with open(f"{folder}/farm.yaml", "w") as file:
        file.write(text)
    for name, script in phases.items():
        with open(f"{folder}/phases/{name}.sh", "w") as file:
            file.write(script)


def croft(folder, *arguments):
    return sh(CROFT, *arguments, cwd=folder)


def banner(address):
    """One patient connection at a time, as Croft waits."""
    while True:
        try:
            with socket.create_connection((address, 22), timeout=20) as door:
                if door.recv(4) == b"SSH-":
                    return
        except OSError:
            time.sleep(0.1)


def ssh(folder, name, command="true"):
    sh("ssh", "-F", f"{folder}/.croft/ssh_config", "-o", "ControlMaster=no", "-o", "ControlPath=none", name, command)


def overlay(path, base):
    sh("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base, path)


def bare_up(folder, names, addresses, xmls, farm="bench-up", then="true"):
    """The bare script: overlay, define, start, banner, one ssh command, for each guest at once."""
    def one(name):
        path = re.search(r"<source file='([^']*root[^']*)'", xmls[name]).group(1)
        base = json.loads(sh("qemu-img", "info", "--output=json", path))["backing-filename"]
        os.remove(path)
        overlay(path, base)
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            file.write(xmls[name])
            file.flush()
            sh("virsh", "-q", "define", file.name)
        sh("virsh", "-q", "start", f"{farm}.{name}")
        banner(addresses[name])
        ssh(folder, name, then)
    threads = [threading.Thread(target=one, args=[n]) for n in names]
    [t.start() for t in threads]
    [t.join() for t in threads]
