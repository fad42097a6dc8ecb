"""AWS Lambda's Runtime API over this guest's own loopback, for packages with a `bootstrap` program (`provided`)."""

import json
import os
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .aws import VERSION
from .child import Child
from .failures import Refused

ANSWER_BYTES_MAX = 7 << 20
ROOT = "/2018-06-01/runtime/"
_ANSWER = re.compile(ROOT + r"invocation/([-0-9a-f]{36})/(response|error)\Z")


class Provided:
    """Started once; asks for one invocation after the other."""

    def __init__(self, program):
        self._changed = threading.Condition()
        self._waiting = 0  # how many have asked for an invocation and have none
        self._next = None  # event and context of the run that nobody has taken
        self._running = None  # the request id of the one that somebody has
        self._answer = None  # (is it an error, the bytes)
        self._init_error = None
        server = _Server(("127.0.0.1", 0), _Requests)
        server.provided = self
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self._child = Child(program, _variables(server.server_address[1]))
        self._child.await_until(self._is_ready, "it did not ask for its first invocation")

    def invoke(self, event, context):
        with self._changed:
            self._next = (event, context)
            self._changed.notify_all()
            while self._answer is None:
                self._changed.wait()
            (is_error, content), self._answer = self._answer, None
        if not is_error:
            return json.loads(content) if content else None
        raise _reported(content)

    def _is_ready(self):
        with self._changed:
            if self._init_error is not None:
                raise Refused("it could not start: %s" % _reported(self._init_error))
            return self._waiting > 0

    def take(self):
        """The next invocation, however long that takes."""
        with self._changed:
            self._waiting += 1
            while self._next is None:
                self._changed.wait()
            self._waiting -= 1
            taken, self._next = self._next, None
            self._running = taken[1].aws_request_id
            return taken

    def answer(self, request_id, is_error, content):
        """Whether that was the run that goes on."""
        with self._changed:
            if request_id != self._running:
                return False
            self._running = None
            self._answer = (is_error, content)
            self._changed.notify_all()
            return True

    def fail_to_start(self, content):
        self._init_error = content


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    provided = None


class _Requests(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path != ROOT + "invocation/next":
            return self._say(404, b"{}")
        event, context = self.server.provided.take()
        self._say(200, json.dumps(event).encode(), _headers(context))

    def do_POST(self):
        content = self._body()
        if content is None:
            return self._say(413, b'{"errorType":"RequestEntityTooLarge"}')
        if self.path == ROOT + "init/error":
            self.server.provided.fail_to_start(content)
            return self._say(202, b'{"status":"OK"}')
        named = _ANSWER.match(self.path)
        if named is None:
            return self._say(404, b"{}")
        if self.server.provided.answer(named.group(1), named.group(2) == "error", content):
            return self._say(202, b'{"status":"OK"}')
        self._say(400, b'{"errorType":"InvalidRequestID"}')

    def _body(self):
        """None for one that is too large."""
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            length = int(self.headers.get("Content-Length") or 0)
            return self.rfile.read(length) if length <= ANSWER_BYTES_MAX else None
        content = b""
        while len(content) <= ANSWER_BYTES_MAX:
            size = int(self.rfile.readline(64).split(b";")[0], 16)
            content += self.rfile.read(size)
            self.rfile.readline(2)
            if size == 0:
                return content
        return None

    def _say(self, status, content, headers=()):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words):
        """Nothing: what is printed are the function's logs."""


def _variables(port):
    return {
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:%d" % port,
        "AWS_LAMBDA_FUNCTION_VERSION": VERSION,
        "LAMBDA_TASK_ROOT": os.getcwd(),
        "_HANDLER": "bootstrap",
    }


def _headers(context):
    headers = {
        "Lambda-Runtime-Aws-Request-Id": context.aws_request_id,
        "Lambda-Runtime-Deadline-Ms": str(context.deadline_ms),
        "Lambda-Runtime-Invoked-Function-Arn": context.invoked_function_arn,
    }
    if context.secrets:
        headers["Sluice-Context"] = json.dumps({"secrets": context.secrets})
    return headers


def _reported(content):
    """The exception that an error report tells of."""
    try:
        report = json.loads(content)
        name, message = str(report["errorType"]), str(report["errorMessage"])
    except (ValueError, KeyError, TypeError):
        name, message = "Error", content.decode("utf-8", "replace")
    return type(re.sub(r"[^\w.]", "_", name), (Exception,), {"__module__": "builtins"})(message)
