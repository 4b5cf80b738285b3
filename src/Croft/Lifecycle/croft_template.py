"""Renders templates of Jinja2, each with the variable vm of one machine: a list of {text, vm} on stdin, a list of {text} or {error, line} on stdout."""
import json
import sys

try:
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment
except ImportError:
    sys.exit(3)


def line_of(error):
    """The template's own line: the last in the traceback that is not of a file."""
    line, trace = getattr(error, "lineno", None), error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename in ("<template>", "<unknown>"):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line or 1


def render(job):
    try:
        return {"text": jinja.from_string(job["text"]).render(vm=job["vm"])}
    except (TemplateError, ArithmeticError, TypeError, ValueError) as error:
        return {"error": str(error), "line": line_of(error)}


jinja = ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True)
json.dump([render(job) for job in json.load(sys.stdin)], sys.stdout)
