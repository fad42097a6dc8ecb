"""What went wrong, in the words of the protocol."""

import os

MESSAGE_CHARS_MAX = 8000
LINES_MAX = 200
LINE_CHARS_MAX = 2000

_OURS = os.path.dirname(__file__) + "/"


class Refused(Exception):
    """A function that cannot be loaded; the text is the one reason. Its cause, if any, gives the stacktrace."""


def failure(kind, message, lines=()):
    """The fields of an ERROR or LOAD_FAILED frame."""
    lines = list(lines)
    if len(lines) > LINES_MAX:
        half = LINES_MAX // 2
        lines = lines[: half - 1] + ["  ..."] + lines[-half:]
    return {
        "type": kind,
        "message": _plain(message, MESSAGE_CHARS_MAX),
        "stacktrace": [_plain(line, LINE_CHARS_MAX) for line in lines],
    }


def of_function(problem):
    """The failure that an exception from the function's own code is."""
    if isinstance(problem, SystemExit):
        return failure("FunctionError", "the function exited: %s" % described(problem), stacktrace(problem))
    kind = "InputError" if isinstance(problem, (ValueError, TypeError)) else "FunctionError"
    return failure(kind, described(problem), stacktrace(problem))


def described(problem):
    """An exception's text, or its type where it has none or cannot say it."""
    try:
        return str(problem) or type(problem).__name__
    except BaseException:
        return type(problem).__name__


def stacktrace(problem):
    """As Python prints it, without the frames of this runtime."""
    trace = problem.__traceback__
    while trace is not None and _is_ours(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    try:
        import traceback

        text = "".join(traceback.format_exception(type(problem), problem, trace))
    except BaseException:
        return [type(problem).__name__]
    return text.rstrip("\n").split("\n")


def _is_ours(filename):
    return filename.startswith(_OURS) or filename.startswith("<frozen importlib")


def _plain(text, most):
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= most else text[: most - 3] + "..."
