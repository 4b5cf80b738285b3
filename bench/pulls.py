"""Images that are fetched, against curl, sha512sum and xz in a pipe."""
import hashlib, http.server, os, shutil, threading, time

from bare import CROFT, ROUNDS, farm, sh, timed


def serve(folder, rate=None):
    """A server of the folder's files on loopback, as fast as it goes or at `rate` bytes a second; returns it and its address."""
    class Handler(http.server.SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def __init__(self, *arguments):
            super().__init__(*arguments, directory=folder)

        def copyfile(self, source, outputfile):
            start, sent = time.monotonic(), 0
            while block := source.read(1 << 18):
                outputfile.write(block)
                sent += len(block)
                if rate:
                    time.sleep(max(0, start + sent / rate - time.monotonic()))

        def log_message(self, *_):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}"


def pull(folder, address, digest):
    """Seconds of one pull into an empty cache, and of a second farm's with the same."""
    shutil.rmtree(f"{folder}/cache", ignore_errors=True)
    text = f"farm: NAME\nplatforms: {{ p: {{ image: {{ url: '{address}/disk.xz', sha512: '{digest}' }} }} }}\nvms: {{ list: [ {{ name: a, platform: p }} ] }}\n"
    for name in ["one", "two"]:
        farm(f"{folder}/{name}", text.replace("NAME", f"bench-{name}"))
    env = dict(os.environ, XDG_CACHE_HOME=f"{folder}/cache")
    first, second = (timed(lambda: sh(CROFT, "image", "pull", cwd=f"{folder}/{name}", env=env)) for name in ["one", "two"])
    return first, second


def measure_pull(folder):
    """A disk of 1 GiB that is packed by xz to about 60 MB: noise and text, with holes."""
    os.makedirs(f"{folder}/served", exist_ok=True)
    disk = f"{folder}/served/disk"
    with open(disk, "wb") as file:
        file.write(bytes(510) + b"\x55\xaa")
        for at in range(1, 60):
            file.seek(at << 24)
            file.write(os.urandom(1 << 20) + b"a line of text as files have it\n" * (1 << 17))
        file.truncate(1 << 30)
    sh("xz", "-1", "-T0", disk)
    digest = hashlib.sha512(open(f"{disk}.xz", "rb").read()).hexdigest()
    fast, at = serve(f"{folder}/served")
    slow, slowly = serve(f"{folder}/served", 30 * 10**6)
    curl = "curl -s {}/disk.xz | tee >(sha512sum >{}/sum) | xz -dc >{}/out"
    ours, bare, limited, alone, second = [], [], [], [], []
    for _ in range(ROUNDS):
        first, again = pull(folder, at, digest)
        ours.append(first)
        second.append(again)
        bare.append(timed(lambda: sh("bash", "-c", curl.format(at, folder, folder))))
        limited.append(pull(folder, slowly, digest)[0])
        alone.append(timed(lambda: sh("curl", "-s", "-o", f"{folder}/out", f"{slowly}/disk.xz")))
    for server in [fast, slow]:
        server.shutdown()
    return (ours, bare), (limited, alone), second
