"""What a function of Faasten's eras B and C gets as its second parameter.

File, directory and gate calls answer False or None when they are refused, whatever the reason; the others raise. Paths
are text in colon form, or lists of names and labels; labels are text, what `buckle_parse` answers, or None.
"""

import base64
import json
import uuid

from .blobs import Blob, NewBlob, octets
from .errors import CloudCallError, CreateBlobError, CreateFileError, OpenBlobError
from .labels import Component, Label, label_text
from .privilege import naming

RUNTIMES = {"python": "python3", "python3": "python3", "node": "nodejs", "nodejs": "nodejs"}
VERBS = ("HEAD", "GET", "POST", "PUT", "DELETE")


class Names(dict):
    """`{"names": [...]}`, which also answers to `.names`."""

    @property
    def names(self):
        return self["names"]


class ServiceAnswer:
    """What `invoke_service` answers."""

    __slots__ = ("data", "status", "headers")

    def __init__(self, answer):
        self.data = answer["body"]
        self.status = answer["status"]
        self.headers = dict(answer["headers"])


class Answer:
    """What `invoke_sync` answers: the callee's status and body, and whether it failed."""

    __slots__ = ("status", "body", "failed")

    def __init__(self, answer):
        self.status, self.body, self.failed = answer["status"], answer["body"], answer["failed"]


def event(event_type, data, id, source, attributes):
    """The JSON of an event; what `data` is becomes JSON, bytes become base64."""
    told = dict(attributes, specversion="1.0", type=event_type, source=source, id=id or str(uuid.uuid4()))
    if isinstance(data, (bytes, bytearray, memoryview)):
        told.setdefault("datacontenttype", "application/octet-stream")
        told["data_base64"] = base64.b64encode(data).decode()
    elif data is not None:
        told["data"] = data
    return json.dumps(told).encode()


class CloudCall:
    """One run's way to ask the platform. `ask(operation, arguments)` answers or raises CloudCallError."""

    def __init__(self, ask, privilege=True):
        self._ask_plainly = ask
        self._ask = naming(ask, privilege)

    def with_privilege(self, privilege):
        """The same calls, whose changes use no more than this part of the gate's privilege to vouch for what they
        change: a component, True for all of it, None for none. Not one of Faasten's."""
        return CloudCall(self._ask_plainly, privilege)

    def __getattr__(self, name):
        if name.startswith("github_rest_"):
            raise NotImplementedError("no cloudcall.%s: create an external gate, and use invoke_service" % name)
        if name in ("read_key", "write_key", "read_dir"):
            from .keys import Keys

            return getattr(Keys(self._ask), name)
        raise AttributeError("there is no cloudcall.%s in this form of functions" % name)

    def _try(self, operation, **arguments):
        try:
            return True, self._ask(operation, arguments)
        except CloudCallError:
            return False, None

    def fs_read(self, path):
        return self._try("read_file", path=_path(path))[1]

    def fs_write(self, path, data):
        return self._try("write_file", path=_path(path), content=octets(data))[0]

    def fs_createdir(self, path, label=None):
        return self._try("create_directory", path=_path(path), label=label_text(label))[0]

    def fs_createfile(self, path, label=None):
        return self._try("create_file", path=_path(path), label=label_text(label))[0]

    def fs_createfaceted(self, path):
        return self._try("create_faceted", path=_path(path))[0]

    def fs_delete(self, path):
        return self._try("delete", path=_path(path))[0]

    def fs_list(self, path):
        done, entries = self._try("list_directory", path=_path(path))
        return Names(names=[entry["name"] for entry in entries]) if done else None

    def fs_faceted_list(self, path):
        done, facets = self._try("list_faceted", path=_path(path))
        if not done:
            return None
        by_label = {facet["label"]: {"names": facet["names"]} for facet in facets}
        return json.dumps(by_label) if isinstance(path, str) else by_label

    def fs_hardlink(self, src, dest):
        return self._try("hard_link", source=_path(src), destination=_path(dest))[0]

    def fs_linkblob(self, path, blobname, label=None):
        _is_text(blobname, "a blob's name")
        return self._try("link_blob", path=_path(path), handle=blobname, label=label_text(label))[0]

    def fs_stat(self, path):
        return self._try("stat", path=_path(path))[1]

    def fs_openblob(self, path):
        try:
            return Blob(self._ask, self._ask("open_blob", {"path": _path(path)}))
        except CloudCallError as refused:
            raise OpenBlobError("fs_openblob", refused.code) from None

    def open_blob(self, name):
        try:
            return Blob(self._ask, self._ask("open_blob_handle", {"handle": _is_text(name, "a blob's name")}))
        except CloudCallError as refused:
            raise OpenBlobError("open_blob", refused.code) from None

    open_unnamed = open_blob

    def create_blob(self, size=None):
        try:
            return NewBlob(self._ask, self._ask("create_blob", {}))
        except CloudCallError as refused:
            raise CreateBlobError("create_blob", refused.code) from None

    create_unnamed = create_blob

    def create_file(self, path, label=None):
        try:
            self._ask("create_file", {"path": _path(path), "label": label_text(label)})
        except CloudCallError as refused:
            raise CreateFileError("create_file", refused.code) from None
        return NewFile(self, path)

    def fs_creategate(self, path, policy, app_blob, memory, runtime):
        gate = {
            "type": "direct",
            "app": {"blob": _is_text(app_blob, "a blob's name")},
            "runtime": RUNTIMES.get(runtime, runtime) if isinstance(runtime, str) else _path(runtime),
            "memory_mib": _number(memory, "memory"),
        }
        return self._create_gate(path, policy, gate)

    def fs_createredirectgate(self, path, policy, redirect_path):
        return self._create_gate(path, policy, {"type": "redirect", "gate": _path(redirect_path)})

    def fs_createservice(self, path, policy, label, url, verb, headers=None):
        return self._create_gate(path, policy, service(label_text(label), url, verb, headers))

    def _create_gate(self, path, policy, gate):
        gate["privilege"], gate["clearance"] = _policy(policy)
        return self._try("create_gate", path=_path(path), gate=gate)[0]

    def dup_gate(self, orig, path, policy):
        privilege, clearance = _policy(policy)
        paths = {"source": _path(orig), "path": _path(path)}
        return self._try("duplicate_gate", privilege=privilege, clearance=clearance, **paths)[0]

    def invoke(self, gate, payload):
        """True once the call is accepted. What becomes of it is not told to who started it."""
        payload = payload.encode() if isinstance(payload, str) else octets(payload)
        return self._try("invoke", gate=_path(gate), payload=payload, sync=False)[0]

    invoke_gate = invoke

    def invoke_sync(self, gate, payload, headers=None, blobs=None, result_label=None):
        """Waits for the answer, and gets its label whatever it is. With `result_label`, which this run gets first, an
        answer that is more secret is refused. `blobs` are names of finalized blobs by name. Not one of Faasten's."""
        return Answer(self._ask("invoke", sync_call(_path(gate), payload, headers, blobs, label_text(result_label))))

    def fs_write_if(self, path, data, version):
        """The new version; None if it is not `version` that would be replaced, or refused. Not one of Faasten's."""
        asked = {"content": octets(data), "version": _number(version, "a version")}
        return self._try("write_if", path=_path(path), **asked)[1]

    def invoke_service(self, service, body=None):
        """Status and data of an external gate's answer. `body` is bytes, text, or what becomes JSON."""
        if body is None:
            content = b""
        elif isinstance(body, (str, bytes, bytearray, memoryview)):
            content = body.encode() if isinstance(body, str) else octets(body)
        else:
            content = json.dumps(body).encode()
        return ServiceAnswer(self._ask("invoke_service", {"service": _path(service), "body": content, "parameters": {}}))

    def emit(self, event_type, data=None, id=None, source="/functions", **attributes):
        """Emits an event of CloudEvents 1.0 with this run's label; once it returns the event is on disk. Events of one
        source and id are one event: a run that may be tried again names an id. Not one of Faasten's."""
        self._ask("emit", {"event": event(event_type, data, id, source, attributes)})

    def get_current_label(self):
        return Label(self._ask("current_label", {}))

    def buckle_parse(self, text):
        return Label(self._ask("parse_label", {"text": _is_text(text, "what is parsed")}) or "")

    def taint_with_label(self, label):
        return Label(self._ask("taint_with_label", {"label": label_text(label)}))

    def declassify(self, component):
        done, label = self._try("declassify", secrecy=label_text(component))
        return Label(label) if done else None

    def endorse(self, with_priv=None):
        return Label(self._ask("endorse", {"integrity": label_text(with_priv)}))

    def sub_privilege(self, suffix):
        return Component(self._ask("sub_privilege", {"tokens": list(suffix)}))


class NewFile:
    """What `create_file` opens."""

    def __init__(self, cloudcall, path):
        self._cloudcall = cloudcall
        self._path = path

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        return None

    def write(self, data):
        return self._cloudcall.fs_write(self._path, data)


def sync_call(gate, payload, headers, blobs, result_label):
    """The arguments of a call that is waited for."""
    payload = payload.encode() if isinstance(payload, str) else octets(payload)
    asked = {"gate": gate, "payload": payload, "sync": True, "headers": _texts(headers), "blobs": _texts(blobs)}
    return asked if result_label is None else {**asked, "result_label": result_label}


def _texts(texts):
    return {_is_text(key, "a name"): _is_text(value, "what it names") for key, value in (texts or {}).items()}


def service(taint, url, verb, headers):
    """The gate map of an external gate, but for its policy."""
    if isinstance(verb, str):
        verb = verb.upper()
    elif isinstance(verb, int) and 0 <= verb < len(VERBS):
        verb = VERBS[verb]
    if verb not in VERBS:
        raise ValueError("a verb is one of %s, or its number" % " ".join(VERBS))
    if isinstance(headers, (str, bytes)):
        headers = json.loads(headers) if headers else {}
    headers = {str(name): str(value) for name, value in (headers or {}).items()}
    return {"type": "service", "url": _is_text(url, "a URL"), "verb": verb, "headers": headers, "taint": taint}


def _policy(policy):
    """Privilege and clearance, of a label that holds the one as its secrecy and the other as its integrity."""
    label = policy if isinstance(policy, Label) else Label(_is_text(label_text(policy), "a policy"))
    return label.secrecy.text, label.integrity.text


def _path(path):
    if isinstance(path, str):
        return path
    if not isinstance(path, (list, tuple)):
        raise TypeError("a path is text, or a list of names and labels, not %s" % type(path).__name__)
    return [{"label": element.text} if isinstance(element, Label) else _is_text(element, "a name") for element in path]


def _is_text(value, what):
    if not isinstance(value, str):
        raise TypeError("%s is text, not %s" % (what, type(value).__name__))
    return value


def _number(value, what):
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("%s is an integer, not %s" % (what, type(value).__name__))
    return value
