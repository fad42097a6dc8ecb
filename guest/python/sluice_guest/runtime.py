"""Says hello, loads one function, runs it as often as the platform asks."""

import _thread
import builtins
import json
import os
import sys
import time

from . import chunks, codec, faasten, payloads, spoken
from .channel import Channel, Closed
from .errors import CloudCallError
from .failures import Refused, described, failure, of_function, stacktrace
from .loading import Package

PROTOCOL_VERSION = 1
CHANNEL_FD = 3
RESULT_BYTES_MAX = 6 << 20
ADVICE = ": write it to context.output"  # for a result that is too large

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
        calls = _Calls(channel)
        runner = _loaded(channel, calls, Package(directory))
        while runner is not None:
            kind, ident, value = channel.receive()
            if kind != codec.RUN:
                raise codec.Violation("a frame that was not expected")
            calls.ident = ident
            kind, answer = runner(*value)
            _flush()
            channel.send(kind, ident, answer)
            calls.drain()
    except (Closed, OSError):
        """Hung up, or never connected."""
    except codec.Violation as problem:
        _stderr.write("sluice guest: %s\n" % problem)
    _leave()


def _loaded(channel, calls, package):
    """What runs the function; None if it was refused, which has been said."""
    kind, ident, value = channel.receive()
    while kind == codec.FILE:
        package.add(value["path"], value["content"])
        kind, ident, value = channel.receive()
    if kind != codec.LOAD:
        raise codec.Violation("a frame that was not expected")
    crew = None
    if value.get("concurrency", 1) > 1:
        from .shared import Crew

        crew = Crew(channel)
    try:
        function, convention, keywords = package.load(value["handler"], value["convention"])
    except Refused as refused:
        cause = refused.__cause__
        lines = stacktrace(cause) if cause is not None else ()
        _flush()
        channel.send(codec.LOAD_FAILED, ident, failure("FunctionError", str(refused), lines))
        return None
    _flush()
    channel.send(codec.LOADED, ident, {"convention": convention})
    if crew is not None:
        is_server = convention == "http"
        crew.serve(function if is_server else lambda *given: _run(crew.dispatch, function, *given, advice=""))
    if convention == "dispatch":
        return lambda payload, context: _run(calls.dispatch, function, payload, context)
    if convention == "lambda":
        from . import aws

        return lambda payload, context: _run(aws.invoke, function, payload, context)
    if convention == "http":
        return lambda payload, context: function(payload, context, calls.send_chunk, calls.inbound(context))
    if keywords is None:
        return lambda payload, context: _run(calls.faasten, function, payload, context)
    from . import dents

    return lambda payload, context: _run_dents(calls, dents, function, keywords, payload, context)


def _run(convention, function, payload, context, advice=ADVICE):
    try:
        payload, context = json.loads(payload), json.loads(context)
    except (ValueError, RecursionError) as problem:
        return codec.ERROR, failure("InputError", "the payload is not readable: %s" % described(problem))
    try:
        result = convention(function, payload, context)
    except chunks.Unfit as problem:
        return codec.ERROR, failure("FunctionError", str(problem))
    except BaseException as problem:
        return codec.ERROR, of_function(problem)
    if result is chunks.SENT:
        return codec.RESULT, None
    try:
        encoded = _encode(result).encode()
    except BaseException as problem:
        return codec.ERROR, failure("FunctionError", "returned no JSON: %s" % described(problem))
    return _result(encoded, encoded, advice)


def _run_dents(calls, dents, function, keywords, payload, context):
    """Era D: the payload is bytes, whatever they are, and so is the result's body."""
    try:
        context = json.loads(context)
        invoker = dents.Invoker(context.get("invoker"))
    except (ValueError, TypeError, RecursionError) as problem:
        return codec.ERROR, failure("InputError", "the context is not readable: %s" % described(problem))
    try:
        with calls.run() as ask:
            syscall = dents.Syscall(ask)
            values = {
                "payload": payload,
                "blobs": syscall.receive_blobs(context.get("blobs") or {}),
                "headers": context.get("headers") or {},
                "invoker": invoker,
            }
            response = function(syscall, **{name: values[name] for name in keywords})
            if not isinstance(response, dents.Response):
                raise TypeError("returned no Response, but %s" % type(response).__name__)
            body, status = response.body_to_bytes(), response.status_code()
    except BaseException as problem:
        return codec.ERROR, of_function(problem)
    if not isinstance(body, (bytes, bytearray)) or type(status) is not int or not 200 <= status <= 599:
        return codec.ERROR, failure("FunctionError", "the response is not bytes with an HTTP status")
    return _result(body, {"status": status, "body": body}, ADVICE)


def _result(body, answer, advice):
    if len(body) > RESULT_BYTES_MAX:
        reason = "the result has %d bytes, more than %d%s" % (len(body), RESULT_BYTES_MAX, advice)
        return codec.ERROR, failure("FunctionError", reason)
    return codec.RESULT, answer


class _Calls:
    """The calls and chunks of the run that is in progress: of that one, from whichever of its threads, one at a time."""

    def __init__(self, channel):
        self.ident = 0
        self._channel = channel
        self._lock = _thread.allocate_lock()
        self._run = 0
        self._last_id = 0
        self._is_owed = False
        self._inbound = None

    def dispatch(self, function, payload, context):
        context.setdefault("secrets", {})
        context.setdefault("serviceBindings", {})
        given = context.pop("input", None)
        with self.run() as ask:
            context = payloads.Context(context, ask, given)
            result = self._drained(function(context, payload))
            context.finish()
        return result

    def faasten(self, function, payload, context):
        """Eras B and C. Of the context they see a blob, if the payload comes wrapped."""
        start = _now()
        if context.get("wrapped"):
            payload = {"input": payload}
            for handle in (context.get("blobs") or {}).values():
                payload.setdefault("input-blob", handle)
        with self.run() as ask:
            result = self._drained(function(payload, faasten.CloudCall(ask)))
        return {**result, "duration": _now() - start} if isinstance(result, dict) else result

    def _drained(self, result):
        return chunks.drain(result, _encode, self.send_chunk) if chunks.is_stream(result) else result

    def send_chunk(self, encoded):
        with self._lock:
            self._settle()
            self._channel.send(codec.CHUNK, self.ident, encoded)

    def inbound(self, context):
        """What is said to the run, if something is."""
        try:
            is_spoken = json.loads(context).get("inbound") is True
        except (ValueError, RecursionError):
            is_spoken = False  # which the run is told to have
        if not is_spoken:
            return None
        self._inbound = spoken.Inbound(self._channel, self.ident, _leave)
        return self._inbound

    def drain(self):
        """What is said to a run that has ended is nobody's."""
        if self._inbound is not None:
            self._inbound.drain()
            self._inbound = None

    def run(self):
        """For `with`: what asks, for as long as this run goes on."""
        return _Asking(self)

    def _ask(self, run, operation, arguments):
        with self._lock:
            if run != self._run:
                raise CloudCallError(operation, "CLOSED")
            self._settle()
            self._last_id = self._last_id % 0xFFFFFFFF + 1
            try:
                self._channel.send(codec.CALL, self._last_id, [operation, arguments])
            except codec.Violation as problem:
                code = "TOO_LARGE" if isinstance(problem, codec.TooLarge) else "INVALID"
                raise CloudCallError(operation, code) from None
            except Closed:
                _leave()
            self._is_owed = True
            value = self._reply()
        if value[0] != "OK":
            raise CloudCallError(operation, value[0])
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


class _Asking:
    def __init__(self, calls):
        self._calls = calls

    def __enter__(self):
        calls, run = self._calls, self._calls._run
        return lambda operation, arguments: calls._ask(run, operation, arguments)

    def __exit__(self, *problem):
        with self._calls._lock:
            self._calls._run += 1
            self._calls._settle()


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
