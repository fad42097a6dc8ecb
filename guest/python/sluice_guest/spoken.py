"""WebSocket: what the client says after its request, and a server's connection that is joined with the client's."""

import base64
import socket
import threading

from . import codec
from .channel import Closed

PIECE_BYTES = 64 << 10
SWITCHED = 101
UPGRADE = {"connection": "Upgrade", "upgrade": "websocket"}


class Inbound:
    """What comes for one run. Has an end, which is there at the latest when the platform knows the run's."""

    def __init__(self, channel, ident, leave):
        self._channel = channel
        self._ident = ident
        self._leave = leave
        self._lock = threading.Lock()
        self._is_over = False

    def next(self):
        """Waits for a piece; None at the end."""
        with self._lock:
            if self._is_over:
                return None
            try:
                kind, ident, value = self._channel.receive()
                if kind != codec.INBOUND or ident != self._ident:
                    raise codec.Violation("a frame that was not expected")
            except (Closed, codec.Violation):
                self._leave()
            self._is_over = value is None
            return value

    def drain(self):
        """Takes what nobody wants any more, to the end."""
        while self.next() is not None:
            pass


def joined(connection, response, inbound, encode, send):
    """Both ways until the server ends the connection. What the client sends goes its own way meanwhile."""
    send(encode({"status": SWITCHED, "headers": {name.lower(): text for name, text in response.getheaders()}}).encode())
    threading.Thread(target=_say, args=(connection.sock, inbound), daemon=True).start()
    try:
        while piece := response.fp.read1(PIECE_BYTES):
            send(b'{"base64":"' + base64.b64encode(piece) + b'"}')
    except ConnectionError:
        """As its end: what it said before has gone."""
    return codec.RESULT, None


def _say(sock, inbound):
    try:
        while (piece := inbound.next()) is not None:
            sock.sendall(piece)
        sock.shutdown(socket.SHUT_WR)
    except OSError:
        """The server has ended the connection: who reads it ends the run."""
