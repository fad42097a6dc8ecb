"""Serves one function over HTTP outside of Sluice, as Dispatch's images do: GET /healthz, and POST / of
{"context", "payload"} on port 8080.

The function runs in a process of its own, the guest that Sluice runs it in. While that is gone, /healthz is 503; the
next call finds another one, and if none can be had, the server ends. One call at a time. It has no calls of the
platform, and what keeps it in is whatever runs the image.
"""

import http.server
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

_here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, _here)
from sluice_guest import codec  # noqa: E402

PORT = 8080
BODY_BYTES_MAX = 6 << 20
CONNECTIONS_MAX = 64  # each has a thread; more are told to come later
CALLS_MAX = 32  # the one that runs, and those that wait for it
PATIENCE_SECONDS = 30  # for a client that sends or reads nothing
LOG_BYTES_MAX = 1 << 20
PIECE_BYTES = 1 << 20
HOME = os.path.dirname(_here)
CHANNEL_FD = 3


class Guest:
    """A process that has loaded the function. Raises EOFError when it is gone."""

    def __init__(self):
        self.socket, theirs = socket.socketpair()
        self.directory = tempfile.mkdtemp(prefix="function-")
        command = [sys.executable, "-I", "-S", "-B", os.path.join(_here, "guest.py"), self.directory]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            close_fds=False,
            preexec_fn=lambda: _become_channel(theirs.fileno()),
        )
        theirs.close()
        self.streams = {"stdout": self.process.stdout, "stderr": self.process.stderr}
        for stream in self.streams.values():
            os.set_blocking(stream.fileno(), False)
        self.logs = {"stdout": b"", "stderr": b""}
        self.pending = b""
        self.receive()  # HELLO

    def load(self):
        with open(os.path.join(HOME, "function.json"), encoding="utf-8") as file:
            about = json.load(file)
        root = os.path.join(HOME, "function")
        for directory, _, names in sorted(os.walk(root)):
            for name in sorted(names):
                path = os.path.join(directory, name)
                with open(path, "rb") as file:
                    for piece in iter(lambda: file.read(PIECE_BYTES), b""):
                        self.send(codec.FILE, 0, {"path": os.path.relpath(path, root), "content": piece})
        self.send(codec.LOAD, 1, about)
        kind, _, value = self.receive()
        if kind != codec.LOADED:
            raise SystemExit("the function does not load: %s" % value["message"])

    def call(self, payload, context):
        """The error, None for success, and the result."""
        self.send(codec.RUN, 1, [payload, context])
        chunks = []
        while True:
            kind, ident, value = self.receive()
            if kind == codec.CALL:
                self.send(codec.REPLY, ident, ["DENIED"])
            elif kind == codec.CHUNK:
                chunks.append(value)
            elif kind == codec.ERROR:
                return value, None
            elif value is None:
                return None, json.loads(b"[" + b",".join(chunks) + b"]")
            elif isinstance(value, dict):
                return None, {"status": value["status"], "body": value["body"].decode("utf-8", "replace")}
            else:
                return None, json.loads(value)

    def send(self, kind, ident, value):
        self.socket.sendall(codec.frame(kind, ident, value))

    def receive(self):
        while len(self.pending) < 4 or len(self.pending) < 4 + codec.body_length(self.pending[:4]):
            waiting = [self.socket, *(stream for stream in self.streams.values() if not stream.closed)]
            ready, _, _ = select.select(waiting, [], [])
            self.collect_logs()
            if self.socket in ready:
                piece = self.socket.recv(PIECE_BYTES)
                if not piece:
                    raise EOFError
                self.pending += piece
        end = 4 + codec.body_length(self.pending[:4])
        message, self.pending = codec.body(self.pending[4:end]), self.pending[end:]
        return message

    def collect_logs(self):
        for name, stream in self.streams.items():
            while not stream.closed:
                try:
                    piece = os.read(stream.fileno(), PIECE_BYTES)
                except BlockingIOError:
                    break
                if not piece:
                    stream.close()
                self.logs[name] = (self.logs[name] + piece)[:LOG_BYTES_MAX]

    def take_logs(self):
        """What was printed, as lines."""
        self.collect_logs()
        taken, self.logs = self.logs, {"stdout": b"", "stderr": b""}
        return {name: text.decode("utf-8", "replace").splitlines() for name, text in taken.items()}

    def is_gone(self):
        return self.process.poll() is not None

    def end(self):
        self.socket.close()
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def _become_channel(fd):
    os.dup2(fd, CHANNEL_FD)
    os.set_inheritable(CHANNEL_FD, True)


class Server:
    """Has a guest, and another one when that is gone."""

    def __init__(self):
        self.turn = threading.Lock()
        self.calls = threading.BoundedSemaphore(CALLS_MAX)
        self.guest = None
        self.start()

    def start(self):
        guest = Guest()
        guest.load()
        self.guest = guest

    def replace(self):
        """Another guest. Without one, whatever runs the image is to know: the server ends."""
        self.guest.end()
        try:
            self.start()
        except BaseException as problem:  # a SystemExit would end this thread only
            print("no other process has the function: %s" % problem, file=sys.stderr, flush=True)
            os._exit(1)

    def is_well(self):
        return not self.guest.is_gone()

    def answer(self, message):
        payload = json.dumps(message.get("payload")).encode()
        context = json.dumps(message.get("context") or {}).encode()
        with self.turn:
            if self.guest.is_gone():
                self.replace()
            self.guest.take_logs()
            try:
                error, result = self.guest.call(payload, context)
                logs = self.guest.take_logs()
            except (EOFError, OSError, codec.Violation):
                logs = self.guest.take_logs()
                error, result = {"type": "SystemError", "message": "the function's process ended", "stacktrace": []}, None
                self.replace()
        return {"context": {"logs": logs, "error": error}, "payload": result}


class Handler(http.server.BaseHTTPRequestHandler):
    server_version = "sluice"
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE_SECONDS

    def do_GET(self):
        if self.path != "/healthz":
            self.reply(404, {})
        elif self.server.function.is_well():
            self.reply(200, {})
        else:
            self.reply(503, {"message": "the function's process is gone: a call starts another one"})

    def do_POST(self):
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if not 0 <= length <= BODY_BYTES_MAX:
            self.close_connection = True
            self.reply(413, {"message": "a request has at most %d bytes" % BODY_BYTES_MAX})
            return
        try:
            message = json.loads(self.rfile.read(length))
            if not isinstance(message, dict):
                raise ValueError("no object")
        except (ValueError, RecursionError) as problem:
            self.reply(400, {"message": "the request is no JSON object: %s" % problem})
            return
        function = self.server.function
        if not function.calls.acquire(blocking=False):
            self.reply(503, {"message": "%d calls run or wait: come later" % CALLS_MAX})
            return
        try:
            answer = function.answer(message)
        finally:
            function.calls.release()
        self.reply(200, answer)

    def reply(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status == 503:
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *arguments):
        """Nothing: what is asked is nobody's business here."""


class Listener(http.server.ThreadingHTTPServer):
    """A thread for each connection, and at most CONNECTIONS_MAX of them."""

    request_queue_size = CONNECTIONS_MAX
    connections = threading.BoundedSemaphore(CONNECTIONS_MAX)

    def process_request(self, request, client_address):
        if self.connections.acquire(blocking=False):
            super().process_request(request, client_address)
            return
        try:
            request.settimeout(1)
            request.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        except OSError:
            pass  # it went first
        self.shutdown_request(request)

    def process_request_thread(self, request, client_address):
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.connections.release()


def main():
    port = int(os.environ.get("PORT") or PORT)
    with Listener(("", port), Handler) as server:
        server.function = Server()
        print("serving on port %d" % server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
