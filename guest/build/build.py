"""Installs what an image needs beside its language, in a sandbox of its own (docs/design/images.md).

Usage: python3 -I -S -B build.py

Speaks on descriptor 3: `u32 length`, `u8 kind`, that many bytes less one. The server says J, one job as JSON. We ask
it for files of registries with G; it answers R (head), B (bytes) and Z (the end), or A for an end before its time.
What was installed goes back as F (a path; P for a program) and D (bytes of it), then E; or X with a reason.

There is no network here: the tools find each registry at a port of this sandbox's own loopback, and what they ask there
goes to the server, which fetches from the configured registries and nowhere else. Whatever the tools run is a
stranger's, and so is this program from then on: the server believes nothing that comes from here.
"""

import http.server
import json
import os
import signal
import stat
import struct
import sys
import threading

sys.path.insert(0, "/runtime")

import debian  # noqa: E402
import modules  # noqa: E402
from tools import HOME, OUT, Failed, below, require, run  # noqa: E402

PIECE_BYTES = 256 << 10
REASON_CHARS_MAX = 1000
TEXTS = ("text/html", "application/json", "application/vnd.npm", "application/vnd.pypi", "application/atom+xml")


class Channel:
    def __init__(self, descriptor):
        os.set_inheritable(descriptor, False)
        self._descriptor = descriptor
        self.lock = threading.Lock()

    def send(self, kind, content=b""):
        frame = memoryview(struct.pack(">IB", len(content) + 1, ord(kind)) + content)
        while frame:
            frame = frame[os.write(self._descriptor, frame) :]

    def receive(self):
        (length,) = struct.unpack(">I", self._exactly(4))
        content = self._exactly(length)
        return chr(content[0]), content[1:]

    def _exactly(self, count):
        content = bytearray()
        while len(content) < count:
            piece = os.read(self._descriptor, min(count - len(content), 1 << 20))
            if not piece:
                os._exit(1)  # the server is gone
            content += piece
        return bytes(content)


class Registry(http.server.BaseHTTPRequestHandler):
    """A registry, as the tools see it."""

    protocol_version = "HTTP/1.1"
    channel = None
    origins = {}  # https://example.com -> http://127.0.0.1:4711

    def do_GET(self):
        origin = self.server.origin
        asked = {"origin": origin, "path": self.path, "accept": self.headers.get("Accept", "*/*")}
        with self.channel.lock:
            self.channel.send("G", json.dumps(asked).encode())
            kind, head = self.channel.receive()
            while kind != "R":
                kind, head = self.channel.receive()
            self._answer(json.loads(head))

    do_HEAD = do_GET

    def _answer(self, head):
        is_text = head["type"].startswith(TEXTS)
        chunks = self._chunks()
        if is_text or head["length"] < 0:
            content = b"".join(chunks)
            for origin, here in self.origins.items():
                if is_text:
                    content = content.replace((origin + "/").encode(), (here + "/").encode())
            self._begin(head, len(content))
            self._write(content)
            return
        self._begin(head, head["length"])
        for chunk in chunks:
            self._write(chunk)

    def _begin(self, head, length):
        self.send_response(head["status"])
        self.send_header("Content-Type", head["type"] or "application/octet-stream")
        self.send_header("Content-Length", str(length))
        for origin, here in self.origins.items():
            if head["location"].startswith((origin + "/", "/")):
                self.send_header("Location", head["location"].replace(origin + "/", here + "/", 1))
                break
        self.end_headers()

    def _write(self, content):
        if self.command != "HEAD":
            try:
                self.wfile.write(content)
            except OSError:
                self.close_connection = True  # whoever asked has gone; the rest of the answer is read all the same

    def _chunks(self):
        kind, content = self.channel.receive()
        while kind == "B":
            yield content
            kind, content = self.channel.receive()
        if kind != "Z":
            self.close_connection = True

    def log_message(self, format, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass


def here(url):
    """Where this sandbox finds what lies at an address of a registry."""
    origin = next(one for one in Registry.origins if url.startswith(one + "/"))
    return Registry.origins[origin] + url[len(origin) :]


def main():
    channel = Channel(3)
    channel.send("H")
    _, said = channel.receive()
    job = json.loads(said)
    os.makedirs(OUT)
    os.makedirs(HOME)
    Registry.channel = channel
    for origin in job["origins"]:
        server = Server(("127.0.0.1", 0), Registry)
        server.origin = origin
        Registry.origins[origin] = "http://127.0.0.1:%d" % server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
    job["indexes"] = {kind: [here(url) for url in urls] for kind, urls in job["indexes"].items()}
    try:
        files = INSTALL[job["language"]](job) if job["manifest"] else []
        files += debian.install(job) if job["packages"] else []
        with channel.lock:
            hand_over(channel, files)
    except Failed as failed:
        with channel.lock:
            channel.send("X", str(failed)[:REASON_CHARS_MAX].encode("utf-8", "replace"))
    signal.pause()  # the server ends us


def python(job):
    require("/usr/lib/python3/dist-packages/pip", "python3-pip")
    with open("/tmp/requirements.txt", "w", encoding="utf-8") as file:
        file.write(job["manifest"])
    target = OUT + "/package"
    options = ["--isolated", "--no-input", "--disable-pip-version-check", "--no-cache-dir", "--no-compile"]
    where = ["--index-url", job["indexes"]["python"][0], "--trusted-host", "127.0.0.1", "--target", target]
    command = ["/usr/bin/python3", "-m", "pip", "install", *options, *where, "-r", "/tmp/requirements.txt"]
    run(command, lambda line: line.startswith("ERROR: ") and "subprocess-exited" not in line)
    return below(OUT, "package", {"bin", "__pycache__"})


def nodejs(job):
    require("/usr/bin/npm", "npm")
    with open(OUT + "/package.json", "w", encoding="utf-8") as file:
        file.write(job["manifest"])
    options = ["--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier", "--no-package-lock", "--no-bin-links"]
    where = ["--registry=" + job["indexes"]["nodejs"][0], "--cache=/tmp/npm", "--fetch-retries=0"]
    quiet = lambda line: line.lower().startswith(("npm error", "npm err!")) and " code " not in line  # noqa: E731
    run(["/usr/bin/node", os.path.realpath("/usr/bin/npm"), "install", *options, *where], quiet)
    return below(OUT, "node_modules", {".bin", ".package-lock.json"})


def java(job):
    require("/usr/share/maven/lib", "maven")
    with open("/tmp/pom.xml", "w", encoding="utf-8") as file:
        file.write(job["manifest"])
    small = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Duser.home=" + HOME]
    maven = ["-cp", "/usr/share/maven/lib/*:/usr/share/maven/boot/*", "/runtime/Fetch.java"]
    command = [job["java"] + "/bin/java", *small, *maven, "/tmp/pom.xml", OUT + "/lib", job["indexes"]["java"][0]]
    run(command, lambda line: line.startswith("fault: "))
    return below(OUT, "lib", set())


INSTALL = {"python3": python, "nodejs": nodejs, "java": java, "powershell": modules.install}


def hand_over(channel, files):
    try:
        os.kill(-1, signal.SIGKILL)  # whatever the tools have left running
    except ProcessLookupError:
        pass
    for path, real in files:
        descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                raise Failed("what was installed changes while it is handed over")
            channel.send("P" if mode & stat.S_IXUSR else "F", path.encode("utf-8", "surrogateescape"))
            piece = file.read(PIECE_BYTES)
            while piece:
                channel.send("D", piece)
                piece = file.read(PIECE_BYTES)
    channel.send("E")


if __name__ == "__main__":
    sys.exit(main())
