"""Runs Ansible's commands in a machine by its hypervisor's own channel, as the running Croft has it: no ssh, no network, no client of the service."""

import json
import os
import shlex
import socket
import struct
import threading
import time

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.module_utils._text import to_bytes, to_text
from ansible.plugins.connection import ConnectionBase

DOCUMENTATION = """
name: croft_engine
short_description: by the hypervisor's own channel
description: [ "Asks the Croft that CROFT_CHANNEL names to run commands in a machine." ]
options:
  remote_addr:
    description: the machine
    default: inventory_hostname
    vars: [ { name: inventory_hostname }, { name: ansible_host } ]
  pipelining:
    description: modules go by standard input
    type: boolean
    default: true
    vars: [ { name: ansible_pipelining } ]
"""

CODE, OUTPUT, ERROR, REFUSAL = range(4)
BLOCK = 1 << 16

# What a command ends with when its machine goes down: no code, or that of a signal.
CUT = (-1, 129, 137, 143)
GOING = 3  # seconds


class Channel:
    """One command: frames of a length and bytes go there, and come back with what they are."""

    def __init__(self, machine, text):
        self.socket = socket.socket(socket.AF_UNIX)
        try:
            self.socket.connect(os.environ["CROFT_CHANNEL"])
        except (KeyError, OSError) as e:
            raise AnsibleConnectionFailure("the Croft that runs this play does not answer: %s" % e)
        self.send(json.dumps({"machine": machine, "text": text}).encode())

    def send(self, data):
        self.socket.sendall(struct.pack(">I", len(data)) + data)

    def feed(self, blocks):
        """Sends all of a standard input, and its end; a command that reads no more may have it."""

        def run():
            try:
                for block in blocks:
                    if block:
                        self.send(block)
                self.send(b"")
            except OSError:
                pass

        threading.Thread(target=run, daemon=True).start()

    def frames(self):
        """What the command says, to its end."""
        while True:
            kind, length = struct.unpack(">BI", self.read(5))
            yield kind, self.read(length)
            if kind in (CODE, REFUSAL):
                return

    def read(self, count):
        data = bytearray()
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise AnsibleConnectionFailure("the Croft that runs this play has ended")
            data += part
        return bytes(data)


class Connection(ConnectionBase):
    transport = "croft_engine"
    has_pipelining = True

    def _connect(self):
        self._connected = True
        return self

    def close(self):
        self._connected = False

    def reset(self):
        self.close()

    def exec_command(self, cmd, in_data=None, sudoable=True):
        super(Connection, self).exec_command(cmd, in_data=in_data, sudoable=sudoable)
        asks = sudoable and self.become is not None and self.become.expect_prompt()
        given = [in_data[at : at + BLOCK] for at in range(0, len(in_data), BLOCK)] if in_data else []
        channel = self._begin(cmd)
        if not asks:
            channel.feed(given)
        result = self._hear(channel, (lambda: channel.feed(given)) if asks else None)
        if result[0] in CUT:
            self._require()
        return result

    def _require(self):
        """Fails as a connection does where a command ended because its machine goes down."""
        end = time.monotonic() + GOING
        while time.monotonic() < end:
            channel = self._begin("exit 0")
            channel.feed([])
            if self._hear(channel)[0] != 0:
                raise AnsibleConnectionFailure("the machine went down while a command ran in it")
            time.sleep(0.2)

    def put_file(self, in_path, out_path):
        super(Connection, self).put_file(in_path, out_path)
        with self._opened(in_path, "rb") as content:
            channel = self._begin("cat > %s" % shlex.quote(out_path))
            channel.feed(iter(lambda: content.read(BLOCK), b""))
            self._must(self._hear(channel), "write", out_path)

    def fetch_file(self, in_path, out_path):
        super(Connection, self).fetch_file(in_path, out_path)
        channel = self._begin("cat < %s" % shlex.quote(in_path))
        channel.feed([])
        with self._opened(out_path, "wb") as content:
            self._must(self._hear(channel, out=content), "read", in_path)

    def _begin(self, text):
        return Channel(self.get_option("remote_addr"), to_text(text, errors="surrogate_or_strict"))

    @staticmethod
    def _opened(path, mode):
        try:
            return open(to_bytes(path, errors="surrogate_or_strict"), mode)
        except OSError as e:
            raise AnsibleError("%s: %s" % (path, e.strerror))

    @staticmethod
    def _must(result, verb, path):
        if result[0] != 0:
            raise AnsibleError("cannot %s %s: %s" % (verb, path, to_text(result[2]).strip()))

    def _hear(self, channel, then=None, out=None):
        """The exit code and what was said. With "then", first what becoming another user asks for is answered."""
        said = {OUTPUT: bytearray(), ERROR: bytearray()}
        asking = then is not None
        try:
            for kind, data in channel.frames():
                if kind == REFUSAL:
                    raise AnsibleConnectionFailure(to_text(data))
                if kind == CODE:
                    return int(data), bytes(said[OUTPUT]), bytes(said[ERROR])
                if out is not None and kind == OUTPUT:
                    out.write(data)
                    continue
                said[kind] += data
                if asking and self._answers(channel, said):
                    asking = False
                    then()
        finally:
            channel.socket.close()

    def _answers(self, channel, said):
        """Whether it is over; a prompt is answered and forgotten."""
        for kind, text in said.items():
            if self.become.check_success(bytes(text)):
                return True
            if self.become.check_incorrect_password(bytes(text)):
                raise AnsibleConnectionFailure("Incorrect %s password" % self.become.name)
            if self.become.check_missing_password(bytes(text)):
                raise AnsibleConnectionFailure("Missing %s password" % self.become.name)
            if self.become.check_password_prompt(bytes(text)):
                said[kind] = bytearray()
                word = self.become.get_option("become_pass", playcontext=self._play_context) or ""
                channel.send(to_bytes(word, errors="surrogate_or_strict") + b"\n")
                return False
        return False
