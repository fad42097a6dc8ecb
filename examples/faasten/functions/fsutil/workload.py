"""fsutil: the file system for people, one request at a time. What `fstn fs` talks to.

A request is `{"op": OP, "args": {...}}`, an answer a JSON object with `success`; what is missing answers `error`.

It runs with the privilege of the home that it was installed for, and never uses that for secrecy by itself: it says
`declassify` where, and only where, the user asked to write to something less secret than what this run has seen.
"""

import base64
import binascii
import json

from syscalls import Directory, FacetedDirectory, OpenError, Response, ResponseDict, ResponseRaw

PUBLIC = "T,T"


class Wrong(Exception):
    """A request that makes no sense; the text says why."""


def handle(syscall, payload=b"", blobs=None, headers=None, invoker=None, **_):
    try:
        request = json.loads(payload)
        if not isinstance(request, dict) or str(request.get("op")) not in OPERATIONS:
            raise Wrong("op is one of " + ", ".join(OPERATIONS))
        args = request.get("args") or {}
        if not isinstance(args, dict):
            raise Wrong("args is an object")
        answer = OPERATIONS[request["op"]](syscall, Args(args), blobs or {})
        return answer if isinstance(answer, Response) else ResponseDict(answer)
    except OpenError as missing:
        return failed("OpenError", "there is nothing at that path", missing)
    except (Wrong, ValueError) as wrong:
        return failed("Wrong", str(wrong), wrong)


def failed(kind, text, problem):
    error = {"type": kind, "value": text, "traceback": []}
    return ResponseDict({"success": False, "error": error})


class Args:
    """The arguments of one request. What is wrong with one is said by its name."""

    def __init__(self, args):
        self.args = args

    def __contains__(self, name):
        return self.args.get(name) is not None

    def text(self, name, default=None):
        value = self.args.get(name, default)
        value = default if value is None else value
        if not isinstance(value, str):
            raise Wrong("%s is text" % name)
        return value

    def path(self, name):
        """Elements; one that is empty, at either end, is a colon too many."""
        value = self.args.get(name)
        if isinstance(value, str):
            value = value.split(":")
        if not isinstance(value, list) or not all(isinstance(element, str) for element in value):
            raise Wrong("%s is a list of names" % name)
        while value and value[0] == "":
            value = value[1:]
        while value and value[-1] == "":
            value = value[:-1]
        return value

    def octets(self, name):
        try:
            return base64.b64decode(self.text(name, ""), validate=True)
        except binascii.Error:
            raise Wrong("%s is base64" % name) from None

    def integer(self, name):
        value = self.args.get(name)
        if isinstance(value, str) and value.isdecimal():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise Wrong("%s is an integer" % name)
        return value

    def label(self, syscall, name="label"):
        label = syscall.buckle_parse(self.text(name, PUBLIC))
        if not label:
            raise Wrong("%s is no label" % name)
        return label

    def component(self, syscall, name):
        """Privileges and clearances are halves of labels."""
        text = self.text(name)
        label = syscall.buckle_parse(text + ",T")
        if not label or str(label.integrity) != "T":
            raise Wrong("%s is no component" % name)
        return label.secrecy


def release(syscall, label):
    """Before a write that the user asked for: lowers this run's secrecy to the target's, if it is above."""
    secrecy = label.secrecy
    if not secrecy.implies(syscall.get_current_label().secrecy):
        syscall.declassify(secrecy)


def release_to(syscall, entry):
    """As `release`, for an entry that is there."""
    described = entry.stat()
    if described and described["label"] is not None:
        release(syscall, described["label"])


def at(syscall, path):
    return syscall.root().open_at(path)


def link(syscall, args, create):
    """Creates something and links it as `name` in `base`; what was not created is not linked."""
    name = args.text("name")
    with at(syscall, args.path("base")) as base:
        if not isinstance(base, Directory):
            return {"success": False, "value": 0}
        created = create()
        linked = created.success and join(syscall, base, created.fd, name)
    return {"success": bool(linked), "value": created.fd if linked else 0}


def join(syscall, base, fd, name):
    release_to(syscall, base)
    return base.link(fd, name).success


def ping(syscall, args, blobs):
    return {"success": True, "value": "pong"}


def ls(syscall, args, blobs):
    with at(syscall, args.path("path")) as entry:
        if isinstance(entry, Directory):
            return {"success": True, "value": entry.ls()}
        if isinstance(entry, FacetedDirectory):
            return {"success": True, "value": entry.ls(syscall.get_current_label())}
        if hasattr(entry, "ls"):
            form = entry.ls()
            return {"success": form is not None, "value": form.to_dict() if form is not None else None}
    return {"success": False, "error": "not a directory or a gate"}


def unlink(syscall, args, blobs):
    name = args.text("name")
    with at(syscall, args.path("base")) as base:
        if not isinstance(base, Directory):
            return {"success": False, "value": 0}
        release_to(syscall, base)
        return {"success": base.unlink(name).success, "value": 0}


def mkdir(syscall, args, blobs):
    return link(syscall, args, lambda: labeled(syscall, args, syscall.dent_create_dir))


def mkfile(syscall, args, blobs):
    return link(syscall, args, lambda: labeled(syscall, args, syscall.dent_create_file))


def mkfaceted(syscall, args, blobs):
    return link(syscall, args, syscall.dent_create_faceted)


def labeled(syscall, args, create):
    label = args.label(syscall)
    release(syscall, label)
    return create(label)


def write(syscall, args, blobs):
    data = args.octets("data")
    with at(syscall, args.path("path")) as entry:
        if not hasattr(entry, "write"):
            return {"success": False}
        release_to(syscall, entry)
        return {"success": entry.write(data)}


def read(syscall, args, blobs):
    """Both keys are always there: the client of old dies without `value`."""
    try:
        with at(syscall, args.path("path")) as entry:
            data = entry.read() if hasattr(entry, "read") else None
    except OpenError:
        data = None
    return {"success": data is not None, "value": base64.b64encode(data or b"").decode()}


def cat(syscall, args, blobs):
    """The bytes of a file or of a blob, as they are."""
    with at(syscall, args.path("path")) as entry:
        if hasattr(entry, "get"):
            with entry.get() as blob:
                return ResponseRaw(blob.read(blob.length))
        data = entry.read() if hasattr(entry, "read") else None
    if data is None:
        raise Wrong("there is no file or blob at that path")
    return ResponseRaw(data)


def mkgate(syscall, args, blobs):
    label = args.label(syscall)
    privilege, clearance = args.component(syscall, "privilege"), args.component(syscall, "clearance")

    def create():
        if "gate" in args:
            with at(syscall, args.path("gate")) as target:
                release(syscall, label)
                return syscall.dent_create_redirect_gate(label, privilege, clearance, target.fd)
        memory, images = args.integer("memory"), [image(syscall, args, blobs, label, name) for name in IMAGES]
        release(syscall, label)
        return syscall.dent_create_direct_gate(label, privilege, clearance, memory, *images)

    return link(syscall, args, create)


IMAGES = ("app_image", "runtime")  # a kernel may be named too; there is none to choose
RUNTIMES = ("python", "python3", "node", "nodejs")


def image(syscall, args, blobs, label, name):
    """An entry for a gate's image: one of the request's own blobs, or what a path leads to; the runtime may be a word."""
    if name in blobs:
        release(syscall, label)
        return syscall.dent_create_blob(label, blobs[name]).fd
    if name not in args:
        raise Wrong("%s is needed" % name)
    text = args.args[name]
    if name == "runtime" and text in RUNTIMES:
        return text
    opening = at(syscall, args.path(name))
    entry = opening.__enter__()  # stays open for as long as this run
    if entry.fd == 0:
        raise Wrong("%s is a path" % name)
    return entry.fd


def upgate(syscall, args, blobs):
    changed = {}
    for name, keyword in (("privilege", "privilege"), ("clearance", "invoker_clearance")):
        if name in args:
            changed[keyword] = args.component(syscall, name)
    with at(syscall, args.path("path")) as gate:
        if not hasattr(gate, "update_direct"):
            return {"success": False, "error": "not a gate"}
        label = gate.stat()["label"]
        if "gate" in args:
            with at(syscall, args.path("gate")) as target:
                release(syscall, label)
                return {"success": gate.update_redirect(gate=target.fd, **changed).success}
        if "memory" not in args:
            return {"success": False, "error": "neither memory nor gate is given"}
        changed["memory"] = args.integer("memory")
        for name in IMAGES:
            if name in blobs or name in args:
                changed[name] = image(syscall, args, blobs, label, name)
        release(syscall, label)
        return {"success": gate.update_direct(**changed).success}


def mkblob(syscall, args, blobs):
    label = args.label(syscall)
    fds = []
    with at(syscall, args.path("base")) as base:
        for name, blob in sorted(blobs.items()):
            release(syscall, label)
            created = syscall.dent_create_blob(label, blob)
            is_linked = isinstance(base, Directory) and created.success and join(syscall, base, created.fd, name)
            fds.append(created.fd if is_linked else 0)
    return {"success": bool(fds) and 0 not in fds, "fds": fds}


def mksvc(syscall, args, blobs):
    """The taint that is given is the secrecy of what the service answers."""
    label = args.label(syscall)
    privilege, clearance = args.component(syscall, "privilege"), args.component(syscall, "clearance")
    taint = "%s,T" % args.component(syscall, "taint")
    url, verb, headers = args.text("url"), args.args.get("verb"), args.args.get("headers") or {}
    if not isinstance(headers, dict):
        raise Wrong("headers is an object")

    def create():
        release(syscall, label)
        return syscall.dent_create_service(label, privilege, clearance, taint, url, verb, headers)

    return link(syscall, args, create)


def invoke(syscall, args, blobs):
    params = args.args.get("params") or {}
    if not isinstance(params, dict):
        raise Wrong("params is an object")
    params = {str(name): str(value) for name, value in params.items()}
    with at(syscall, args.path("path")) as gate:
        if not hasattr(gate, "invoke"):
            return {"success": False, "error": "not a gate or a service"}
        result = gate.invoke(args.octets("payload"), sync=bool(args.args.get("sync", True)), params=params)
    if not result.success:
        return {"success": False, "fd": 0, "data": "", "error": "the call was refused, or failed"}
    return {"success": True, "fd": 0, "data": base64.b64encode(result.data).decode()}


OPERATIONS = {
    "ping": ping, "ls": ls, "unlink": unlink, "mkdir": mkdir, "mkfile": mkfile, "write": write, "read": read,
    "mkgate": mkgate, "upgate": upgate, "mkblob": mkblob, "cat": cat, "mkfaceted": mkfaceted, "mksvc": mksvc,
    "invoke": invoke,
}
