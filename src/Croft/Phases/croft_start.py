"""Runs ansible-playbook on a playbook that stands, for Ansible, in the project's own folder, where nothing is written.

Its argument is a file of JSON with what Croft decided, its standard input has the answers to what Ansible asks people. With "ask" it only asks.
"""

import configparser
import getpass
import importlib.util
import json
import locale
import os
import re
import shlex
import sys
import tempfile

GIVEN = json.load(open(sys.argv[1]))
ROOT, PLAYBOOK = GIVEN["root"], GIVEN["playbook"]


def speak_utf8():
    """Ansible refuses other locales. Python chooses its own when it starts, so it starts again."""
    try:
        locale.setlocale(locale.LC_ALL, "")
        fits = locale.nl_langinfo(locale.CODESET).lower() in ("utf-8", "utf8") and sys.getfilesystemencoding() == "utf-8"
        fits = fits and locale.setlocale(locale.LC_CTYPE) not in ("C", "POSIX")
    except locale.Error:
        fits = False
    if not fits and os.environ.get("LC_ALL") != "C.UTF-8":
        os.environ["LC_ALL"] = "C.UTF-8"
        os.execv(sys.executable, [sys.executable] + sys.argv)


def record_taken():
    """
    What Ansible takes from the project, and from above it, a layer depends on: files, with their size and time; folders of which it asks what
    is in them; files that it looks for and that are not there; variables of the environment. Ansible's workers inherit this.
    """
    system = tuple(os.path.realpath(path) + "/" for path in (sys.prefix, sys.base_prefix, GIVEN["site"], "/proc", "/sys", "/dev", "/run", "/etc"))
    out = os.open(GIVEN["opened"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    above, seen, asked = [], set(), set()
    for parent in WATCHED:
        for _ in range(3):
            parent = os.path.dirname(parent)
            if parent not in ("/", tempfile.gettempdir()):
                above.append(parent + "/")

    def note(*what):
        if what not in seen:
            seen.add(what)
            os.write(out, (json.dumps(what) + "\n").encode())

    def is_watched(path):
        return "/.croft/" not in path and path.startswith(tuple(folder + "/" for folder in WATCHED))

    def is_above(path):
        return not path.startswith(system) and any(path.startswith(folder) and "/." not in path[len(folder) - 1 :] for folder in above)

    def known(path):
        """As it is below the project, links and all; else as what it leads to."""
        whole = os.path.abspath(os.fsdecode(path))
        whole = whole if is_watched(whole) else os.path.realpath(whole)
        return whole if is_watched(whole) or "/.croft/" not in whole and is_above(whole) else None

    def source(path):
        try:
            return importlib.util.source_from_cache(path) if path.endswith(".pyc") else path
        except ValueError:
            return path

    def hear(event, arguments):
        if event not in ("open", "os.listdir", "os.scandir") or not isinstance(arguments[0], (str, bytes)):
            return
        writes = event == "open" and arguments[2] and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if (event, arguments[0], writes) in asked:
            return
        asked.add((event, arguments[0], writes))
        path = known(arguments[0])
        try:
            if not path:
                return
            if writes:
                note(path, "written")
            elif event == "open":
                path = source(path)
                status = os.stat(path)
                note(path, status.st_size, status.st_mtime_ns)
            elif os.path.basename(path) != "__pycache__":
                note(path + "/")
        except OSError:
            pass  # nothing is there, and it was only tried

    def missing(look):
        def looked(path):
            found = look(path)
            if not found and isinstance(path, (str, bytes)) and is_watched(os.path.abspath(os.fsdecode(path))):
                note(os.path.abspath(os.fsdecode(path)), None)
            return found

        return looked

    sys.addaudithook(hear)
    os.path.exists, os.path.isfile = missing(os.path.exists), missing(os.path.isfile)
    return note


def record_environment(note):
    """Notes which variables of the environment a look-up asks for."""
    from ansible.plugins.loader import lookup_loader

    load = lookup_loader.get_with_context

    def loaded(name, *arguments, **named):
        found = load(name, *arguments, **named)
        if name.split(".")[-1] == "env" and found.object is not None:
            run = found.object.run

            def asked(terms, *more, **others):
                for term in terms:
                    note("$" + str(term).split(" ")[0])
                return run(terms, *more, **others)

            found.object.run = asked
        return found

    lookup_loader.get_with_context = loaded


# Options of ssh that decide which guest is reached, and as whom.
DECIDED = set(
    "controlpath globalknownhostsfile hostkeyalias hostname port proxycommand proxyjump stricthostkeychecking user userknownhostsfile".split()
)


def without_decided(arguments):
    """The user's arguments for ssh but for those that Croft decides: ssh takes the first of two."""
    words = iter(shlex.split(arguments))
    for word in words:
        flag, value = word[:2], word[2:]
        if flag not in ("-F", "-J", "-l", "-o", "-p"):
            yield word
            continue
        value = value or next(words, "")
        if flag == "-o" and re.split(r"[\s=]", value.strip(), maxsplit=1)[0].lower() not in DECIDED:
            yield from (flag, value)


def merge_ssh_arguments(config):
    """The user's own arguments for ssh hold, but for those that decide which guest is reached."""
    ini = configparser.ConfigParser(interpolation=None, strict=False)
    ini.read(config or [])
    if not ini.has_option("defaults", "timeout"):
        # A loaded guest may need longer than Ansible's 10 s for a connection, or for sudo to ask.
        os.environ.setdefault("ANSIBLE_TIMEOUT", "60")
    own = os.environ.get("ANSIBLE_SSH_ARGS", ini.get("ssh_connection", "ssh_args", fallback=None))
    common = os.environ.get("ANSIBLE_SSH_COMMON_ARGS", ini.get("ssh_connection", "ssh_common_args", fallback=""))
    if own is None and not common and not GIVEN.get("passwords"):
        return
    own = "-C -o ControlMaster=auto -o ControlPersist=60s" if own is None else own
    ask = "-o PasswordAuthentication=yes -o KbdInteractiveAuthentication=yes -o PreferredAuthentications=publickey,keyboard-interactive,password "
    os.environ["ANSIBLE_SSH_ARGS"] = (ask if GIVEN.get("passwords") else "") + shlex.join(without_decided(own + " " + common))


def place_playbook():
    """Makes Ansible find the playbook, which is elsewhere, in the project's folder."""
    from ansible.parsing.dataloader import DataLoader
    from ansible.playbook.role.definition import RoleDefinition
    from ansible.utils.vars import combine_vars
    from ansible.vars import manager

    variables = manager.get_vars_from_path
    read, exists, isfile, find_role = DataLoader._get_file_contents, os.path.exists, os.path.isfile, RoleDefinition._load_role_path

    def contents(self, name):
        if name and self.path_dwim(name) == PLAYBOOK:
            with open(GIVEN["content"], "rb") as content:
                return content.read(), True
        return read(self, name)

    def role(self, name):
        own = os.path.join(GIVEN["phases"], "roles", str(name))
        return (name, own) if "/" not in str(name) and os.path.isdir(own) else find_role(self, name)

    def with_phases(loader, path, entities, stage):
        found = variables(loader, path, entities, stage)
        return combine_vars(found, variables(loader, GIVEN["phases"], entities, stage)) if path == ROOT else found

    if GIVEN["phases"] != ROOT:
        manager.get_vars_from_path = with_phases
    DataLoader._get_file_contents, RoleDefinition._load_role_path = contents, role
    os.path.exists = lambda path: path == PLAYBOOK or exists(path)
    os.path.isfile = lambda path: path == PLAYBOOK or isfile(path)


def mend_agents():
    """By a guest agent commands find root's home as scripts do, and one that went with the guest, as at a reboot, is a connection that failed."""
    from ansible.errors import AnsibleConnectionFailure
    from ansible.plugins.loader import connection_loader

    load = connection_loader.get_with_context

    def loaded(name, *arguments, **named):
        found = load(name, *arguments, **named)
        plugin = type(found.object)
        if name != GIVEN["agents"] or found.object is None or hasattr(plugin, "croft_command"):
            return found
        plugin.croft_command = plugin.exec_command

        def command(self, cmd, *more, **others):
            home = "HOME=/root USER=root LOGNAME=root; export HOME USER LOGNAME; cd; " + cmd
            try:
                return self.croft_command("/bin/sh -c " + shlex.quote(home), *more, **others)
            except Exception as failure:
                if type(failure).__name__ != "libvirtError":
                    raise
                raise AnsibleConnectionFailure(str(failure)) from failure

        plugin.exec_command = command
        return found

    connection_loader.get_with_context = loaded


def mend_raw():
    """Ansible warns of an environment that raw has not; of Croft's own mark nobody has to know."""
    from ansible.plugins.loader import action_loader

    load = action_loader.get_with_context

    def loaded(name, *arguments, **named):
        found = load(name, *arguments, **named)
        task = getattr(found.object, "_task", None)
        if name.split(".")[-1] == "raw" and task is not None and task.environment:
            task.environment = [one for one in task.environment if not isinstance(one, dict) or list(one) != [GIVEN["mark"]]]
        return found

    action_loader.get_with_context = loaded


def answer():
    """What people are asked, they were asked at the run's beginning."""
    answers, ask = json.loads(sys.stdin.read() or "{}"), getpass.getpass

    def answered(prompt="", stream=None):
        if prompt not in answers:
            try:
                os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
            except OSError:
                sys.exit("nobody is at a terminal to be asked: " + prompt)
            answers[prompt] = ask(prompt)
        return answers[prompt]

    getpass.getpass = answered
    return answers


def main():
    from ansible import constants

    WATCHED.extend(constants.DEFAULT_ROLES_PATH)
    constants.COLLECTIONS_PATHS[:0] = GIVEN["collections"]
    constants.DEFAULT_ROLES_PATH[:0] = GIVEN["roles"]
    if GIVEN["smart"] and constants.DEFAULT_GATHERING == "implicit":
        constants.DEFAULT_GATHERING = "smart"
    merge_ssh_arguments(constants.CONFIG_FILE)
    answers = answer()
    from ansible.cli.playbook import PlaybookCLI
    from ansible.plugins import loader

    if GIVEN.get("ask"):
        cli = PlaybookCLI(["ansible-playbook", "-i", "localhost,", PLAYBOOK])
        cli.parse()
        getattr(loader, "init_plugin_loader", lambda: None)()  # not in older versions
        cli.ask_passwords()
        cli._play_prereqs()
        os.write(1, json.dumps(answers).encode())
        return 0
    if constants.CONFIG_FILE:  # it may be anywhere
        NOTE(constants.CONFIG_FILE, os.stat(constants.CONFIG_FILE).st_size, os.stat(constants.CONFIG_FILE).st_mtime_ns)
    place_playbook()
    mend_agents()
    mend_raw()
    record_environment(NOTE)
    loader.callback_loader.add_directory(os.path.join(os.path.dirname(sys.argv[1]), "callback_plugins"))
    loader.lookup_loader.add_directory(os.path.join(os.path.dirname(sys.argv[1]), "lookup_plugins"))
    loader.connection_loader.add_directory(os.path.join(os.path.dirname(sys.argv[1]), "connection_plugins"))
    loader.add_all_plugin_dirs(GIVEN["phases"])
    return PlaybookCLI.cli_executor(["ansible-playbook", "-i", GIVEN["inventory"], "-e", "@" + GIVEN["extra"], PLAYBOOK])


speak_utf8()
WATCHED = list({ROOT, os.path.realpath(ROOT)})
sys.dont_write_bytecode = True
sys.path[:1] = []
sys.path.append(GIVEN["site"])
NOTE = record_taken() if "opened" in GIVEN else None
sys.exit(main())
