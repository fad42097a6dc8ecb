"""Several runs of one function at a time, each in a thread of its own; asynchronous ones share an event loop.

None of them makes a call or yields. What a run prints, goes out with its number; what is printed outside of any run (by
a thread that the function has started, a child, the loading of its module) goes to the descriptor.
"""

import contextvars
import io
import os
import sys
import threading

from . import chunks, codec, payloads
from .channel import Closed
from .failures import failure, of_function

STDOUT, STDERR = 1, 2
LINE_BYTES_MAX = 8 << 10
PIECE_BYTES_MAX = 1 << 20

_current = contextvars.ContextVar("run", default=None)


class Crew:
    """All runs of this process."""

    def __init__(self, channel):
        self._channel = channel
        self._lock = threading.RLock()
        self._loop = None
        sys.stdout, sys.stderr = _Stream(STDOUT), _Stream(STDERR)

    def serve(self, runner):
        """Until the platform hangs up."""
        while True:
            kind, ident, value = self._channel.receive()
            if kind != codec.RUN:
                raise codec.Violation("a frame that was not expected")
            run = _Run(self._channel, self._lock, ident)
            try:
                threading.Thread(target=_go, args=(run, runner, value), daemon=True).start()
            except RuntimeError as problem:
                run.end(codec.ERROR, of_function(problem))

    def dispatch(self, function, payload, context):
        context.setdefault("secrets", {})
        context.setdefault("serviceBindings", {})
        result = function(payloads.Context(context, _refuse, None), payload)
        if hasattr(type(result), "__await__"):
            result = self._awaited(result)
        if chunks.is_stream(result):
            raise chunks.Unfit("runs that share an instance yield nothing: return a list, or leave concurrency out")
        return result

    def _awaited(self, awaitable):
        import asyncio

        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, daemon=True).start()
        result, problem = asyncio.run_coroutine_threadsafe(_ended(awaitable), self._loop).result()
        if problem is not None:
            raise problem
        return result


def _refuse(operation, _):
    raise RuntimeError("runs that share an instance make no calls: leave concurrency out for this")


async def _ended(awaitable):
    """What would end the loop, which is everybody's, is this run's."""
    try:
        return await awaitable, None
    except BaseException as problem:
        return None, problem


def _go(run, runner, value):
    _current.set(run)
    try:
        kind, answer = runner(*value)
    except BaseException as problem:
        kind, answer = codec.ERROR, of_function(problem)
    try:
        run.end(kind, answer)
    except codec.Violation as problem:
        run.end(codec.ERROR, failure("FunctionError", "returned what no frame holds: %s" % problem))


class _Run:
    def __init__(self, channel, lock, ident):
        self._channel = channel
        self._lock = lock
        self._ident = ident
        self._is_over = False
        self._unsent = {STDOUT: bytearray(), STDERR: bytearray()}

    def take(self, stream, octets):
        """Whether it can be said of this run: not once it is over, nor in the midst of a frame."""
        if self._lock._is_owned():
            return False
        with self._lock:
            if self._is_over:
                return False
            unsent = self._unsent[stream]
            unsent += octets
            if stream == STDERR or b"\n" in octets or len(unsent) > LINE_BYTES_MAX:
                self._send(stream)
        return True

    def end(self, kind, answer):
        with self._lock:
            self._send(STDOUT)
            self._send(STDERR)
            self._is_over = True
            self._say(kind, answer)

    def _send(self, stream):
        octets, self._unsent[stream] = bytes(self._unsent[stream]), bytearray()
        for start in range(0, len(octets), PIECE_BYTES_MAX):
            self._say(codec.LOG, [stream, octets[start : start + PIECE_BYTES_MAX]])

    def _say(self, kind, value):
        try:
            self._channel.send(kind, self._ident, value)
        except Closed:
            os._exit(0)


class _Stream(io.TextIOBase):
    """Standard output or error, a line at a time."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, number):
        self._number = number
        self.buffer = _Octets(self)

    def put(self, octets):
        run = _current.get()
        if run is not None and run.take(self._number, octets):
            return
        done = 0
        while done < len(octets):
            done += os.write(self._number, octets[done:])

    def write(self, text):
        self.put(text.encode(self.encoding, self.errors))
        return len(text)

    def writable(self):
        return True

    def fileno(self):
        return self._number

    def reconfigure(self, **_):
        """It is what it is."""


class _Octets(io.RawIOBase):
    def __init__(self, stream):
        self._stream = stream

    def write(self, octets):
        octets = bytes(octets)
        self._stream.put(octets)
        return len(octets)

    def writable(self):
        return True

    def fileno(self):
        return self._stream.fileno()
