"""Says hello, loads one function, runs it as often as the platform asks."""

import _thread
import builtins
import json
import os
import sys
import time

from . import codec, faasten
from .channel import Channel, Closed
from .failures import Refused, described, failure, of_function, stacktrace
from .loading import Package

PROTOCOL_VERSION = 1
CHANNEL_FD = 3
RESULT_BYTES_MAX = 6 << 20

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_now = time.monotonic_ns
_stdout, _stderr = sys.stdout, sys.stderr


def main(directory):
    """Runs until the platform hangs up. Never returns into the interpreter's own ending."""
    for stream, more in ((_stdout, {"line_buffering": True}), (_stderr, {})):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", **more)
    sys.dont_write_bytecode = True
    if not hasattr(builtins, "exit"):  # what `site` defines
        builtins.exit = builtins.quit = sys.exit
    channel = None
    try:
        channel = Channel(CHANNEL_FD)
        hello = {"protocol": PROTOCOL_VERSION, "runtime": "python3", "version": sys.version.split()[0]}
        channel.send(codec.HELLO, 0, hello)
        runner = _loaded(channel, Package(directory))
        while runner is not None:
            kind, ident, value = channel.receive()
            if kind != codec.RUN:
                raise codec.Violation("a frame that was not expected")
            kind, answer = runner(*value)
            _flush()
            channel.send(kind, ident, answer)
    except (Closed, OSError):
        """Hung up, or never connected."""
    except codec.Violation as problem:
        _stderr.write("sluice guest: %s\n" % problem)
    _leave()


def _loaded(channel, package):
    """What runs the function; None if it was refused, which has been said."""
    kind, ident, value = channel.receive()
    while kind == codec.FILE:
        package.add(value["path"], value["content"])
        kind, ident, value = channel.receive()
    if kind != codec.LOAD:
        raise codec.Violation("a frame that was not expected")
    try:
        function, convention = package.load(value["handler"], value["convention"])
    except Refused as refused:
        cause = refused.__cause__
        lines = stacktrace(cause) if cause is not None else ()
        _flush()
        channel.send(codec.LOAD_FAILED, ident, failure("FunctionError", str(refused), lines))
        return None
    _flush()
    channel.send(codec.LOADED, ident, {"convention": convention})
    if convention == "dispatch":
        return lambda payload, context: _run(_dispatch, function, payload, context)
    calls = _Calls(channel)
    return lambda payload, context: _run(calls.faasten, function, payload, context)


def _run(convention, function, payload, context):
    try:
        payload, context = json.loads(payload), json.loads(context)
    except (ValueError, RecursionError) as problem:
        return codec.ERROR, failure("InputError", "the payload is not readable: %s" % described(problem))
    try:
        result = convention(function, payload, context)
    except BaseException as problem:
        return codec.ERROR, of_function(problem)
    try:
        encoded = _encode(result).encode()
    except BaseException as problem:
        return codec.ERROR, failure("FunctionError", "returned no JSON: %s" % described(problem))
    if len(encoded) > RESULT_BYTES_MAX:
        reason = "the result has %d bytes, more than %d" % (len(encoded), RESULT_BYTES_MAX)
        return codec.ERROR, failure("FunctionError", reason)
    return codec.RESULT, encoded


def _dispatch(function, payload, context):
    context.setdefault("secrets", {})
    context.setdefault("serviceBindings", {})
    return function(context, payload)


class _Calls:
    """The calls of the run that is in progress: of that one, from whichever of its threads, one at a time."""

    def __init__(self, channel):
        self._channel = channel
        self._lock = _thread.allocate_lock()
        self._run = 0
        self._last_id = 0
        self._is_owed = False

    def faasten(self, function, payload, context):
        """The context has nothing that this convention shows its functions."""
        run = self._run
        start = _now()
        try:
            cloudcall = faasten.CloudCall(lambda operation, arguments: self._ask(run, operation, arguments))
            result = function(payload, cloudcall)
        finally:
            with self._lock:
                self._run += 1
                self._settle()
        return {**result, "duration": _now() - start} if isinstance(result, dict) else result

    def _ask(self, run, operation, arguments):
        with self._lock:
            if run != self._run:
                raise faasten.CloudCallError(operation, "CLOSED")
            self._settle()
            self._last_id = self._last_id % 0xFFFFFFFF + 1
            try:
                self._channel.send(codec.CALL, self._last_id, [operation, arguments])
            except codec.Violation as problem:
                code = "TOO_LARGE" if isinstance(problem, codec.TooLarge) else "INVALID"
                raise faasten.CloudCallError(operation, code) from None
            except Closed:
                _leave()
            self._is_owed = True
            value = self._reply()
        if value[0] != "OK":
            raise faasten.CloudCallError(operation, value[0])
        return value[1]

    def _settle(self):
        """Takes the reply to a call that an exception (a recursion's end, a signal) cut short."""
        if self._is_owed:
            self._reply()

    def _reply(self):
        try:
            kind, ident, value = self._channel.receive()
            if kind != codec.REPLY or ident != self._last_id:
                raise codec.Violation("a frame that was not expected")
        except (Closed, codec.Violation):
            _leave()
        self._is_owed = False
        return value


def _leave():
    """Ends the process, whatever the function thinks of it."""
    _flush()
    os._exit(0)


def _flush():
    """What the function printed goes out before its run ends; where it closed a stream, nothing does."""
    streams = (_stdout, _stderr)
    if getattr(sys, "stdout", None) is not _stdout or getattr(sys, "stderr", None) is not _stderr:
        streams = (getattr(sys, "stdout", None), getattr(sys, "stderr", None), _stdout, _stderr)
    for stream in streams:
        try:
            stream.flush()
        except BaseException:
            """The function may have put anything here."""
