"""The guest's end of its one connection to the platform."""

import os

from . import codec

READ_BYTES = 64 << 10


class Closed(Exception):
    """The platform hung up, or this process gave its end away: there is nothing left to do."""


class Channel:
    """Blocking, one frame at a time. Not thread-safe: who shares it, locks."""

    def __init__(self, fd):
        self._fd = fd
        self._pending = b""
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
            rest = memoryview(content)
            while done < len(content):
                done += os.write(self._fd, rest[done:])
        except OSError:
            raise Closed from None

    def receive(self):
        """Waits for one frame: kind, id, value."""
        content = self._pending
        if len(content) < 4:
            content = self._collect(content, 4)
        end = 4 + codec.body_length(content[:4])
        if len(content) < end:
            content = self._collect(content, end)
        self._pending = bytes(content[end:])
        return codec.body(content[4:end])

    def _collect(self, content, length):
        content = bytearray(content)
        while len(content) < length:
            try:
                more = os.read(self._fd, max(READ_BYTES, length - len(content)))
            except OSError:
                raise Closed from None
            if not more:
                raise Closed
            content += more
        return content
