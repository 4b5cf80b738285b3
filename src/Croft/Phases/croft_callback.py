"""Tells Croft which task begins, how it ended, and why one failed, whatever the output looks like."""

import json
import os
import sys

from ansible.executor.stats import AggregateStats
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: croft_callback
type: notification
short_description: tells Croft which task begins, how it ended, and why one failed
description: [ "Says on stderr which task begins and how it ended. Adds to the file that CROFT_RESULTS names every result that failed." ]
"""


COUNTED = {}
increment = AggregateStats.increment


def count(self, what, host):
    """Only what Ansible counts tells whether a rescue takes a failure, or whether one is ignored; it counts before it tells."""
    COUNTED[host] = what
    increment(self, what, host)


AggregateStats.increment = count


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "croft_callback"
    CALLBACK_NEEDS_ENABLED = False

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._say(task, None)

    def v2_playbook_on_handler_task_start(self, task):
        self._say(task, None)

    def v2_runner_on_ok(self, result):
        self._say(self._task(result), "changed" if self._said(result).get("changed") else "ok")

    def v2_runner_on_skipped(self, result):
        self._say(self._task(result), "skipped")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._end(result, "ignored" if ignore_errors else "failed")

    def v2_runner_on_unreachable(self, result):
        self._end(result, "unreachable")

    # Newer versions of Ansible have public names for these.

    def _said(self, result):
        return getattr(result, "result", None) or result._result

    def _task(self, result):
        return getattr(result, "task", None) or result._task

    def _host(self, result):
        return (getattr(result, "host", None) or result._host).get_name()

    def _end(self, result, word):
        counted = COUNTED.get(self._host(result))
        word = counted if counted in ("rescued", "ignored") else word
        self._say(self._task(result), word)
        if word not in ("rescued", "ignored"):
            self._tell(result)

    def _say(self, task, result):
        sys.stderr.write("\x1e" + json.dumps({"task": task.get_name(), "path": task.get_path(), "result": result}) + "\n")
        sys.stderr.flush()

    def _tell(self, result):
        said, task = self._said(result), self._task(result)
        one, item = said, None
        for part in said.get("results") or []:
            if isinstance(part, dict) and "ansible_loop_var" in part and (part.get("failed") or part.get("unreachable")):
                one, item = part, part.get("_ansible_item_label", part.get(part["ansible_loop_var"]))
                break
        if one.get("_ansible_no_log"):
            one, item = {"msg": "its output is hidden by no_log"}, None
        delegated = str(task.delegate_to or "{{")  # of a loop it may still be a template
        host = self._host(result) if "{{" in delegated else delegated
        line = {"task": task.get_name(), "path": task.get_path(), "host": host, "item": item}
        for key in ("censored", "msg", "assertion", "reason", "message", "stderr", "exception"):
            line[key] = one.get(key)
        if one.get("module_stderr") is not None or str(line["msg"] or "").startswith("MODULE FAILURE"):
            error, output = ((one.get(key) or "").strip() for key in ("module_stderr", "module_stdout"))
            words = error if "\n" in error or not output else output  # a terminal's one line of error is of its end
            line["stderr"] = words.split("\n")[-1]  # of a traceback
        if one.get("failed_when_result") and not line["msg"]:
            line["msg"] = "failed_when holds"
        if not (line["stderr"] or "").strip():
            line["stderr"] = one.get("stdout")
        with open(os.environ["CROFT_RESULTS"], "a") as results:
            results.write(json.dumps(line, default=str) + "\n")
