"""A program of the function's package, started beside this runtime."""

import os
import sys
import threading
import time

from .failures import Refused

START_SECONDS_MAX = 20
LOOK_AGAIN_SECONDS = 0.005
SIGNALED = 128


class Child:
    """Lives as long as this process: when it ends, so does this process, and with its code."""

    def __init__(self, program, variables):
        command = [os.path.join(os.curdir, program)]
        if program.endswith(".py"):
            command[:0] = [sys.executable, "-u"]
        environment = {**os.environ, "PYTHONPATH": "package", **variables}
        try:
            self._process = os.posix_spawn(command[0], command, environment)
        except OSError as problem:
            raise Refused("%s does not start: %s" % (program, problem.strerror)) from None
        self._code = None
        self._is_needed = False
        threading.Thread(target=self._watch, daemon=True).start()

    def await_until(self, is_ready, otherwise):
        """Waits until the program is ready for its first run. Raises Refused if it does not become so."""
        end = time.monotonic() + START_SECONDS_MAX
        while not is_ready():
            if self._code is not None:
                raise Refused("it ended with code %d, and %s" % (self._code, otherwise))
            if time.monotonic() > end:
                raise Refused("in %d seconds %s" % (START_SECONDS_MAX, otherwise))
            time.sleep(LOOK_AGAIN_SECONDS)
        self._is_needed = True
        if self._code is not None:
            self._leave()

    def _watch(self):
        _, status = os.waitpid(self._process, 0)
        code = os.waitstatus_to_exitcode(status)
        self._code = code if code >= 0 else SIGNALED - code
        if self._is_needed:
            self._leave()

    def _leave(self):
        os._exit(self._code or 1)
