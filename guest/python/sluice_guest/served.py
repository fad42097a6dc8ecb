"""Plain HTTP servers as functions: the program listens on $PORT of its own loopback, and a run is one request to it."""

import base64
import http.client
import json
import re
import socket
import time
import urllib.parse

from . import chunks, codec, spoken
from .child import Child
from .failures import described, failure

BODY_BYTES_MAX = 6 << 20
PIECE_BYTES = 64 << 10
CONTEXT_BYTES_MAX = 8 << 10
DEATH_SECONDS = 1
FAILED = 500
SAID_CHARS_MAX = 500
JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"
WITHOUT_BODY = frozenset(("GET", "HEAD", "OPTIONS"))
REQUEST_FIELDS = frozenset(("method", "path", "query", "headers", "body"))
GATEWAYS_OWN = frozenset(("args", "request", "request-uri", "scheme", "server-protocol", "upstream-uri", "uri", "method"))
NOT_PASSED_ON = frozenset(
    ("connection", "content-length", "expect", "host", "sluice-context", "te", "transfer-encoding", "upgrade")
)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_METHOD = re.compile(r"[A-Z]{1,20}\Z")
_NAME = re.compile(r"[!#-'*+.^_`|~0-9A-Za-z-]+\Z")
_PATH = re.compile(r"/[!-~]*\Z")


class Server:
    def __init__(self, program):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        child = Child(program, {"PORT": str(self._port)})
        child.await_until(self._listens, "it did not listen on $PORT")

    def request(self, payload, context, send=None, inbound=None):
        """Kind and value of what a run ends with. What is asked for in pieces is sent as it comes.

        `inbound` is what the client says after the request, where it wants to speak on.
        """
        try:
            context = json.loads(context)
            method, path, headers, body = asked(payload, context)
        except (ValueError, TypeError, RecursionError) as problem:
            return codec.ERROR, failure("InputError", described(problem))
        if inbound is not None:
            headers = {**headers, **spoken.UPGRADE}
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            if inbound is not None and response.status == spoken.SWITCHED:
                return spoken.joined(connection, response, inbound, _encode, send)
            if send is not None and response.status < FAILED and is_streamed(context):
                return streamed(response, send)
            return answered(response.status, response.read(BODY_BYTES_MAX + 1))
        except chunks.Unfit as problem:
            return codec.ERROR, failure("FunctionError", str(problem))
        except (OSError, http.client.HTTPException) as problem:
            time.sleep(DEATH_SECONDS)  # of which this process dies too, if it was that
            return codec.ERROR, failure("FunctionError", "the server broke the connection: %s" % described(problem))
        except ValueError as problem:
            return codec.ERROR, failure("InputError", described(problem))
        finally:
            connection.close()

    def _listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0


def is_streamed(context):
    """Whether the gateway sends the answer on while it is made."""
    sent = context.get("httpContext")
    return isinstance(sent, dict) and sent.get("streams") is True


def streamed(response, send):
    """Head and pieces, as an API that streams has them."""
    sending = chunks.Sending(_encode, send)
    sending.take({"status": response.status, "headers": {name.lower(): text for name, text in response.getheaders()}})
    while piece := response.read1(PIECE_BYTES):
        try:
            sending.take(piece.decode())
        except UnicodeDecodeError:
            sending.take({"base64": base64.b64encode(piece).decode()})
    return codec.RESULT, None


def answered(status, body):
    if len(body) > BODY_BYTES_MAX:
        return codec.ERROR, failure("FunctionError", "the answer has more than %d bytes" % BODY_BYTES_MAX)
    if status >= FAILED:
        said = body.decode("utf-8", "replace")[:SAID_CHARS_MAX]
        return codec.ERROR, failure("FunctionError", "the server answered %d: %s" % (status, said))
    return codec.RESULT, {"status": status, "body": body}


def asked(payload, context):
    """Method, path with query, headers and body of the request that a run is."""
    value = json.loads(payload)
    if isinstance(context.get("httpContext"), dict):
        request = of_gateway(value, context["httpContext"])
    elif isinstance(value, dict) and value and value.keys() <= REQUEST_FIELDS and value.keys() & {"method", "path"}:
        request = stated(value)
    else:
        request = "POST", "/", {"content-type": JSON_TYPE}, payload
    method, path, headers, body = request
    if not isinstance(method, str) or not _METHOD.match(method):
        raise ValueError("the method is not one of HTTP's")
    if not isinstance(path, str) or not _PATH.match(path):
        raise ValueError("the path does not begin with / or has characters that a path has not")
    if not all(map(_NAME.match, headers)):
        raise ValueError("a header's name is none of HTTP's")
    return method, path, {**headers, **told(context)}, body


def of_gateway(value, sent):
    """As the API gateway had it; of a request without a body the input is the query, which is in the path."""
    method = sent.get("method", "POST")
    headers = {
        name: text
        for name, text in sent.items()
        if isinstance(text, str) and name not in GATEWAYS_OWN and name not in NOT_PASSED_ON
    }
    path = sent.get("request-uri") or sent.get("request_uri") or sent.get("uri") or "/"
    if method in WITHOUT_BODY:
        return method, path, headers, None
    if isinstance(value, dict) and headers.get("content-type", "").startswith(FORM_TYPE):
        return method, path, headers, urllib.parse.urlencode(value, doseq=True).encode()
    return method, path, headers, encoded(value, headers)


def stated(value):
    body = value.get("body")
    headers = {str(name).lower(): str(text) for name, text in dict(value.get("headers") or {}).items()}
    headers = {name: text for name, text in headers.items() if name not in NOT_PASSED_ON}
    path = value.get("path", "/")
    if value.get("query"):
        path += "?" + urllib.parse.urlencode(dict(value["query"]), doseq=True)
    method = value.get("method", "GET" if body is None else "POST")
    return method, path, headers, None if body is None else encoded(body, headers)


def encoded(value, headers):
    """A text is the body itself, anything else is JSON."""
    if isinstance(value, str):
        return value.encode()
    headers.setdefault("content-type", JSON_TYPE)
    return json.dumps(value).encode()


def told(context):
    """What the function's author asked to be told, as a header; nothing if that is nothing."""
    fields = {name: context[name] for name in ("secrets", "serviceBindings", "claims", "deadline") if context.get(name)}
    if not fields:
        return {}
    text = json.dumps(fields)
    if len(text) > CONTEXT_BYTES_MAX:
        raise ValueError("secrets and service bindings have more than %d bytes together" % CONTEXT_BYTES_MAX)
    return {"sluice-context": text}
