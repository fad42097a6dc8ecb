"""Runs the program of an event driver's image, in a sandbox of its own (docs/design/events.md).

Usage: python3 -I -S driver.py

Speaks on descriptor 3: `u32 length`, `u8 kind`, that many bytes less one. We say H; the server says J, the job as JSON.
The program is started, and we say S; or X when it could not be, or has ended.

There is no network here but the loopback. What the program posts to http://localhost:8080 goes to the server as E (`u32
number`, the body), which answers A (`u32 number`, `u16 status`, a text). Who asks the driver from outside is passed on by
the server as Q (`u32 number`, `u32 length`, that many bytes of JSON, the body); what the program answers at its port goes
back as R (`u32 number`, `u16 status`, `u16 length`, that many bytes of content type, the body).

What runs here is a stranger's, and so is this program from then on: the server believes nothing that comes from here.
"""

import http.client
import http.server
import itertools
import json
import os
import queue
import socket
import struct
import subprocess
import threading

EVENTS_PORT = 8080
BODY_BYTES_MAX = 1 << 20
ASKED_SECONDS = 20
ANSWER_SECONDS = 60


class Channel:
    def __init__(self, descriptor):
        os.set_inheritable(descriptor, False)
        self._socket = socket.socket(fileno=descriptor)
        self._lock = threading.Lock()

    def send(self, kind, content=b""):
        with self._lock:
            self._socket.sendall(struct.pack(">I", len(content) + 1) + kind + content)

    def receive(self):
        (length,) = struct.unpack(">I", self._fill(4))
        frame = self._fill(length)
        return frame[:1], frame[1:]

    def _fill(self, count):
        filled = bytearray()
        while len(filled) < count:
            piece = self._socket.recv(count - len(filled))
            if not piece:
                os._exit(0)  # the server wants us no more
            filled += piece
        return bytes(filled)


class Posts:
    """What the program has posted, until the server has answered it."""

    def __init__(self, channel):
        self._channel = channel
        self._numbers = itertools.count(1)
        self._waiting = {}
        self.begun = threading.Event()  # nothing is posted before the server knows that the program has been started

    def post(self, body):
        self.begun.wait()
        number = next(self._numbers)
        answer = queue.SimpleQueue()
        self._waiting[number] = answer
        try:
            self._channel.send(b"E", struct.pack(">I", number) + body)
            return answer.get(timeout=ANSWER_SECONDS)
        except queue.Empty:
            return 503, b"the server does not answer"
        finally:
            self._waiting.pop(number, None)

    def answered(self, content):
        number, status = struct.unpack_from(">IH", content)
        answer = self._waiting.get(number)
        if answer is not None:
            answer.put((status, content[6:]))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = ANSWER_SECONDS
    posts = None

    def answer(self, status, text=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def do_GET(self):
        self.answer(200)

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            self.close_connection = True
            self.answer(411, b"say how long the event is, with Content-Length")
        elif int(length) > BODY_BYTES_MAX:
            self.close_connection = True
            self.answer(413, b"at most 1 MiB")
        else:
            self.answer(*self.posts.post(self.rfile.read(int(length))))

    def refuse(self):
        self.close_connection = True  # its body is not read
        self.answer(405, b"events are sent by POST", [("Allow", "GET, POST")])

    do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = refuse

    def log_message(self, *_):
        pass  # what is printed here is the program's


def pass_on(channel, content, port):
    """Asks the program what somebody outside asks it."""
    number, length = struct.unpack_from(">II", content)
    asked = json.loads(content[8 : 8 + length])
    status, kind, body = 502, "text/plain", b""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ASKED_SECONDS)
        connection.request(asked["method"], asked["path"], content[8 + length :], asked["headers"])
        answer = connection.getresponse()
        said = answer.read(BODY_BYTES_MAX + 1)
        if len(said) <= BODY_BYTES_MAX:
            status, kind, body = answer.status, answer.headers.get("Content-Type", ""), said
        connection.close()
    except (OSError, http.client.HTTPException, ValueError):
        pass  # 502 says it
    kind = kind.encode("ascii", "replace")[:255]
    channel.send(b"R", struct.pack(">IHH", number, status, len(kind)) + kind + body)


def listen(channel, posts, port):
    while True:
        kind, content = channel.receive()
        if kind == b"A":
            posts.answered(content)
        elif kind == b"Q":
            threading.Thread(target=pass_on, args=(channel, content, port), daemon=True).start()


def main():
    channel = Channel(3)
    channel.send(b"H")
    _, content = channel.receive()
    job = json.loads(content)
    posts = Posts(channel)
    Handler.posts = posts
    http.server.ThreadingHTTPServer.daemon_threads = True
    server = http.server.ThreadingHTTPServer(("127.0.0.1", EVENTS_PORT), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    threading.Thread(target=listen, args=(channel, posts, job["port"]), daemon=True).start()
    try:
        program = subprocess.Popen(
            job["command"], env=job["environment"], cwd=job["directory"], stdin=subprocess.DEVNULL
        )
    except (OSError, ValueError) as failure:
        print("driver: the image's program cannot be started:", failure, flush=True)
        channel.send(b"X")
        return
    channel.send(b"S")
    posts.begun.set()
    print("driver: the program ended with", program.wait(), flush=True)
    channel.send(b"X")


main()
