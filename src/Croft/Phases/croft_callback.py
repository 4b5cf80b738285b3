"""Tells Croft which task begins, which failed, and why, whatever the output looks like."""

import json
import os
import sys

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: croft_callback
type: notification
short_description: tells Croft which task begins, which failed, and why
description: [ "Adds a line of JSON to the file that CROFT_RESULTS names for every result that failed; says on stderr which task begins." ]
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "croft_callback"
    CALLBACK_NEEDS_ENABLED = False

    def v2_playbook_on_task_start(self, task, is_conditional):
        sys.stderr.write("\x1e" + task.get_name().replace("\n", " ") + "\n")
        sys.stderr.flush()

    def v2_runner_on_failed(self, result, ignore_errors=False):
        if not ignore_errors:
            self._tell(result)

    def v2_runner_on_unreachable(self, result):
        self._tell(result)

    def _tell(self, result):
        # Newer versions of Ansible have public names for these.
        said = getattr(result, "result", None) or result._result
        task = getattr(result, "task", None) or result._task
        one, item = said, None
        for part in said.get("results") or []:
            if isinstance(part, dict) and "ansible_loop_var" in part and (part.get("failed") or part.get("unreachable")):
                one, item = part, part.get(part["ansible_loop_var"])
                break
        if one.get("_ansible_no_log"):
            one, item = {"msg": "its output is hidden by no_log"}, None
        host = getattr(result, "host", None) or result._host
        line = {"task": task.get_name(), "path": task.get_path(), "host": host.get_name(), "item": item}
        for key in ("censored", "msg", "reason", "stderr", "exception"):
            line[key] = one.get(key)
        with open(os.environ["CROFT_RESULTS"], "a") as results:
            results.write(json.dumps(line, default=str) + "\n")
