"""The guest's end of its one connection to the platform."""

import os

from . import codec

READ_BYTES = 64 << 10


class Closed(Exception):
    """The platform hung up, or this process gave its end away: there is nothing left to do."""


class Channel:
    """Blocking, one frame at a time. Not thread-safe: who shares it, locks.

    An exception that comes from elsewhere (a recursion's end, a signal handler) loses nothing: what was not sent is not
    on its way, what was not received comes with the next `receive`.
    """

    def __init__(self, fd):
        self._fd = fd
        self._pending = bytearray()
        os.set_inheritable(fd, False)
        os.set_blocking(fd, True)
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self):
        """A forked child is no guest: only the process that said hello speaks here."""
        fd, self._fd = self._fd, -1
        try:
            os.close(fd)
        except OSError:
            pass

    def send(self, kind, ident, value):
        """Raises codec.Violation, with nothing sent, for a value that fits into no frame."""
        content = codec.frame(kind, ident, value)
        try:
            done = os.write(self._fd, content)
            while done < len(content):
                done += os.write(self._fd, memoryview(content)[done:])
        except OSError:
            raise Closed from None

    def receive(self):
        """Waits for one frame: kind, id, value."""
        while len(self._pending) < 4:
            self._collect(4)
        end = 4 + codec.body_length(self._pending[:4])
        while len(self._pending) < end:
            self._collect(end - len(self._pending))
        with memoryview(self._pending) as pending:
            content = bytes(pending[4:end])
        message = codec.body(content)
        del self._pending[:end]
        return message

    def _collect(self, wanted):
        try:
            more = os.read(self._fd, max(READ_BYTES, wanted))
        except OSError:
            raise Closed from None
        if not more:
            raise Closed
        self._pending += more
