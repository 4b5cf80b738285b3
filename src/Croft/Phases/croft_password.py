"""Asks the running Croft for the password by which a machine's login becomes root: it stands in no file and no argument."""

import os
import socket

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase


class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        return [self.ask(term) for term in terms]

    @staticmethod
    def ask(machine):
        with socket.socket(socket.AF_UNIX) as desk:
            desk.connect(os.environ["CROFT_ASK"])
            desk.sendall(("become %s\n" % machine).encode())
            answer = b"".join(iter(lambda: desk.recv(4096), b"")).decode()
        if not answer:
            raise AnsibleError("Croft has no password for " + machine)
        return answer
