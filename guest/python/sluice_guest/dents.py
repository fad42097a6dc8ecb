"""Faasten's era D: what `handle(syscall, payload=..., blobs=..., headers=..., invoker=...)` gets and may return.

An entry is known by a small number, its fd; 0 is the root. Calls by fd answer a Result, and its `success` is False when
they were refused, whatever the reason; an fd that nothing was opened as is refused like one that may not be used.
"""

import copy
import itertools
import json
from abc import ABC, abstractmethod

from . import blobs
from .errors import CloudCallError, CreateBlobError, OpenBlobError, OpenError
from .faasten import RUNTIMES, event, service, sync_call
from .labels import Component, Label, TokenList, label_text
from .privilege import naming

PAGE = 1000
BLOCK_BYTES = 4096
PUBLIC = "T,T"
KINDS = {"directory": 0, "file": 1, "faceted": 2, "gate": 3, "service": 4, "blob": 5}


class Response(ABC):
    """What a function of era D returns."""

    @abstractmethod
    def body_to_bytes(self):
        """The body, as bytes."""

    @abstractmethod
    def status_code(self):
        """The HTTP status, an integer."""


class ResponseRaw(Response):
    def __init__(self, data, code=200):
        self.data = data
        self.code = code

    def body_to_bytes(self):
        return blobs.octets(self.data)

    def status_code(self):
        return self.code


class ResponseStr(ResponseRaw):
    def body_to_bytes(self):
        return self.data.encode()


class ResponseDict(ResponseRaw):
    def body_to_bytes(self):
        return json.dumps(self.data).encode()


class Result:
    """What a call by fd answers. `fd` is None when there is none: a failure must not look like the root."""

    __slots__ = ("success", "fd", "kind", "data", "entries", "facets", "gate", "headers", "status", "len")

    def __init__(self, success=True, **fields):
        for name in self.__slots__:
            setattr(self, name, None)
        self.success = success
        for name, value in fields.items():
            setattr(self, name, value)

    def __repr__(self):
        filled = [name for name in self.__slots__ if getattr(self, name) is not None]
        return "Result(%s)" % ", ".join("%s=%r" % (name, getattr(self, name)) for name in filled)


class Invoker(list):
    """The principals that the caller acts for, and `component`, all that he is vouched for by.

    Who acts for one of several principals, and it is not said which, acts for none of them: such a clause is in the
    component only.
    """

    def __init__(self, clauses):
        super().__init__()
        if clauses == "F":
            self.component = Component("F")
            return
        clauses = [[TokenList(tokens) for tokens in clause] for clause in clauses or ()]
        self.component = Component("&".join("|".join(map(str, clause)) for clause in clauses) or "T")
        self.extend(clause[0] for clause in clauses if len(clause) == 1)


class Syscall:
    """One run's way to ask the platform. `ask(operation, arguments)` answers or raises CloudCallError."""

    def __init__(self, ask):
        self._ask_plainly = ask
        self._ask = naming(ask, True)
        self._entries = {0: (None, "directory")}
        self._entry_numbers = itertools.count(1)
        self._blobs = {}
        self._blob_numbers = itertools.count(1)

    def with_privilege(self, privilege):
        """The same calls and the same fds; its changes, and those of what it opens, use no more than this part of the
        gate's privilege to vouch for what they change: a component, True for all of it, None for none. Not one of
        Faasten's."""
        other = copy.copy(self)
        other._ask = naming(self._ask_plainly, privilege)
        return other

    # Entries

    def root(self):
        return Directory(self, 0)

    def dent_open(self, fd, name):
        """Opens what is called `name` in a directory, or a facet of a faceted one: a label, in any of its forms."""
        try:
            kind = self._kind(fd)
            step = {"label": _stated(name)} if kind == "faceted" else _text(name, "a name")
            return self._opened(self._ask("open", {"path": self._path(fd, step)}))
        except CloudCallError:
            return Result(False)

    def open_at(self, fd, name):
        return self.dent_open(fd, name)

    def dent_close(self, fd):
        known = self._entries.pop(fd, None) if fd != 0 and _is_number(fd) else None
        if known is None:
            return Result(False)
        return self._done("close", handle=known[0])

    def dent_list(self, fd):
        entries, after = {}, ""
        try:
            while True:
                page = self._ask("list_page", {"path": self._path(fd), "after": after, "limit": PAGE})
                if not page:
                    return Result(entries=entries)
                entries.update((entry["name"], KINDS[entry["kind"]]) for entry in page)
                after = page[-1]["name"]
        except CloudCallError:
            return Result(False)

    def dent_ls_faceted(self, fd, clearance=None):
        """The facets that are there and flow to `clearance`, which taints whether there are any or not."""
        facets, asked = [], {"up_to": label_text(clearance) or PUBLIC, "limit": PAGE}
        try:
            while True:
                page = self._ask("list_facets", {"path": self._path(fd), **asked})
                if not page:
                    return Result(facets=facets)
                facets.extend(map(Label, page))
                asked["after"] = page[-1]
        except CloudCallError:
            return Result(False)

    def dent_link(self, dir_fd, name, target_fd):
        _text(name, "a name")
        try:
            paths = {"source": self._path(target_fd), "destination": self._path(dir_fd, name)}
            self._ask("hard_link", paths)
            return Result()
        except CloudCallError:
            return Result(False)

    def link(self, dir_fd, target_fd, name):
        return self.dent_link(dir_fd, name, target_fd)

    def dent_unlink(self, fd, name):
        _text(name, "a name")
        return self._on(fd, lambda _: self._ask("delete", {"path": self._path(fd, name)}) and None)

    def unlink(self, fd, name):
        return self.dent_unlink(fd, name)

    def dent_read(self, fd):
        return self._on(fd, lambda path: self._ask("read_file", {"path": path}), "data")

    def dent_update_file(self, fd, data):
        content = blobs.octets(data)
        return self._on(fd, lambda path: self._ask("write_file", {"path": path, "content": content}))

    def dent_stat(self, fd):
        """Kind, label, length and version; the label is a Label, or None for what has none. Not one of Faasten's."""
        result = self._on(fd, lambda path: self._ask("stat", {"path": path}), "data")
        if result.success:
            label = result.data.get("label")
            result.data["label"] = None if label is None else Label(label)
        return result

    # Making entries. They are nowhere until `link`.

    def dent_create_dir(self, label=None):
        return self._create("directory", label)

    def dent_create_file(self, label=None):
        return self._create("file", label)

    def dent_create_faceted(self):
        try:
            return self._opened(self._ask("create_unlinked", {"kind": "faceted"}))
        except CloudCallError:
            return Result(False)

    def dent_create_blob(self, label, blobfd):
        try:
            return self._create("blob", label, blob=self._finished(blobfd))
        except CloudCallError:
            return Result(False)

    def dent_create_direct_gate(
        self, label, privilege, invoker_clearance, memory, app_image, runtime, kernel=None, declassify=None
    ):
        """`runtime` is the fd of a blob that says `python3` or `nodejs`, or that text. There is no kernel to choose."""
        return self._create_gate(
            label, lambda: self._direct(privilege, invoker_clearance, memory, app_image, runtime, kernel, declassify)
        )

    def dent_create_redirect_gate(self, label, privilege, invoker_clearance, gate, declassify=None):
        return self._create_gate(label, lambda: self._redirect(privilege, invoker_clearance, gate, declassify))

    def dent_create_service(self, label, privilege, invoker_integrity_clearance, taint, url, verb, headers=None):
        form = service(label_text(taint), url, verb, headers)
        form.update(privilege=label_text(privilege), clearance=label_text(invoker_integrity_clearance))
        return self._create_gate(label, lambda: form)

    # Gates

    def dent_ls_gate(self, fd):
        return self._on(fd, lambda path: GateForm(self._ask("read_gate", {"path": path})), "gate")

    def dent_update_gate(self, fd, form):
        """`form` has the fields that change, as `direct_form` and `redirect_form` make them."""
        return self._on(fd, lambda path: self._ask("replace_gate", {"path": path, "gate": form}))

    def dent_invoke(self, fd, sync=True, payload=b"", toblob=False, parameters=None):
        """Of a gate: `parameters` become headers. Of a service: they fill the places in its URL."""
        payload = payload.encode() if isinstance(payload, str) else blobs.octets(payload)
        parameters = {_text(k, "a parameter"): _text(v, "a parameter") for k, v in (parameters or {}).items()}
        try:
            path = self._path(fd)
            if self._kind(fd) == "service":
                answer = self._ask("invoke_service", {"service": path, "body": payload, "parameters": parameters})
                headers = {name: value.encode() for name, value in answer["headers"].items()}
                return Result(data=answer["body"], status=answer["status"], headers=headers)
            asked = {"gate": path, "payload": payload, "sync": bool(sync), "headers": parameters}
            answer = self._ask("invoke", asked)
        except CloudCallError:
            return Result(False, data=b"", headers={})
        if answer is None:
            return Result(data=b"", headers={})
        return Result(not answer["failed"], data=answer["body"], status=answer["status"], headers={})

    def emit(self, event_type, data=None, id=None, source="/functions", **attributes):
        """As `emit` of the older eras; False if it was refused. Not one of Faasten's."""
        try:
            self._ask("emit", {"event": event(event_type, data, id, source, attributes)})
        except CloudCallError:
            return False
        return True

    def invoke_sync(self, fd, payload, headers, named, result_label):
        named = {name: self._finished(blob) for name, blob in (named or {}).items()}
        try:
            asked = sync_call(self._path(fd), payload, headers, named, label_text(result_label))
            answer = self._ask("invoke", asked)
        except CloudCallError:
            return Result(False, data=b"", headers={})
        return Result(not answer["failed"], data=answer["body"], status=answer["status"], headers={})

    # Blobs. Their fds are numbers of their own.

    def create_blob(self, size=None):
        try:
            return NewBlob(self, self._ask("create_blob", {}))
        except CloudCallError as refused:
            raise CreateBlobError("create_blob", refused.code) from None

    def open_blob(self, fd):
        """Opens one of `handle`'s `blobs`, or one that was finalized here. Not one of Faasten's."""
        try:
            return Blob(self._ask, self._ask("open_blob_handle", {"handle": self._finished(fd)}))
        except CloudCallError as refused:
            raise OpenBlobError("open_blob", refused.code) from None

    def receive_blobs(self, handles):
        """Names for fds, from names for handles."""
        return {name: self.keep_blob(handle) for name, handle in handles.items()}

    def keep_blob(self, handle):
        fd = next(self._blob_numbers)
        self._blobs[fd] = handle
        return fd

    # Labels

    def buckle_parse(self, text):
        """An empty label for a text that is none."""
        return Label(self._ask("parse_label", {"text": _text(text, "what is parsed")}) or "")

    def get_current_label(self):
        return Label(self._ask("current_label", {}))

    def taint_with_label(self, label):
        return Label(self._ask("taint_with_label", {"label": _stated(label)}))

    def declassify(self, component):
        """The new label; None if the privilege does not allow it, and then nothing changed."""
        try:
            return Label(self._ask("declassify", {"secrecy": _stated(component)}))
        except CloudCallError:
            return None

    def endorse(self, with_priv=None):
        return Label(self._ask("endorse", {"integrity": label_text(with_priv)}))

    def sub_privilege(self, suffix):
        return Component(self._ask("sub_privilege", {"tokens": list(suffix)}))

    # What the above is made of

    def direct_form(self, privilege=None, clearance=None, memory=None, app_image=None, runtime=None, declassify=None):
        form = {"type": "direct", **_policy(privilege, clearance, declassify)}
        if memory is not None:
            form["memory_mib"] = _number(memory, "memory")
        if app_image is not None:
            form["app"] = self._path(_fd(app_image))
        if runtime is not None:
            form["runtime"] = RUNTIMES[runtime] if runtime in RUNTIMES else self._path(_fd(runtime))
        return form

    def redirect_form(self, privilege=None, clearance=None, gate=None, declassify=None):
        form = {"type": "redirect", **_policy(privilege, clearance, declassify)}
        if gate is not None:
            form["gate"] = self._path(_fd(gate))
        return form

    def _direct(self, privilege, clearance, memory, app_image, runtime, kernel, declassify):
        if kernel is not None:
            self._path(_fd(kernel))
        form = self.direct_form(privilege, clearance, memory, app_image, runtime, declassify)
        if len({"app", "runtime", "memory_mib"} & set(form)) < 3:
            raise TypeError("a direct gate needs memory, an image and a runtime")
        return form

    def _redirect(self, privilege, clearance, gate, declassify):
        form = self.redirect_form(privilege, clearance, gate, declassify)
        if "gate" not in form:
            raise TypeError("a redirect gate needs a gate")
        return form

    def _create(self, kind, label, **more):
        try:
            asked = {"kind": kind, "label": PUBLIC if label is None else _stated(label), **more}
            return self._opened(self._ask("create_unlinked", asked))
        except CloudCallError:
            return Result(False)

    def _create_gate(self, label, form):
        try:
            asked = {"label": PUBLIC if label is None else _stated(label), "gate": form()}
            return self._opened(self._ask("create_gate", asked))
        except CloudCallError:
            return Result(False)

    def _opened(self, answer):
        fd = next(self._entry_numbers)
        self._entries[fd] = (answer["handle"], answer["kind"])
        return Result(fd=fd, kind=KINDS[answer["kind"]])

    def _on(self, fd, action, field=None):
        try:
            answer = action(self._path(fd))
        except CloudCallError:
            return Result(False)
        return Result(**({} if field is None else {field: answer}))

    def _done(self, operation, **arguments):
        try:
            self._ask(operation, arguments)
            return Result()
        except CloudCallError:
            return Result(False)

    def _kind(self, fd):
        return self._known(fd)[1]

    def _path(self, fd, *steps):
        handle = self._known(fd)[0]
        return list(steps) if handle is None else {"handle": handle, "path": list(steps)}

    def _known(self, fd):
        if fd is not None and not _is_number(fd):
            raise TypeError("an fd is an integer, not %s" % type(fd).__name__)
        if fd not in self._entries:
            raise CloudCallError("fd", "CLOSED")
        return self._entries[fd]

    def _finished(self, fd):
        fd = _fd(fd)
        if fd is not None and not _is_number(fd):
            raise TypeError("a blob's fd is an integer, not %s" % type(fd).__name__)
        if fd not in self._blobs:
            raise CloudCallError("blob", "CLOSED")
        return self._blobs[fd]


class Entry:
    """Something in the file system that was opened."""

    def __init__(self, syscall, fd):
        self._syscall = syscall
        self.fd = fd

    def stat(self):
        return self._syscall.dent_stat(self.fd).data


class _Holder(Entry):
    def open_at(self, path):
        """For `with`: what a list of names leads to. In a faceted directory a name is a label. Raises OpenError."""
        if isinstance(path, (str, bytes)):
            raise TypeError("a path is a list of names")
        return _Opening(self._syscall, self.fd, list(path))


class Directory(_Holder):
    def ls(self):
        """Names with the numbers of their kinds."""
        listed = self._syscall.dent_list(self.fd)
        if not listed.success:
            raise CloudCallError("ls", "DENIED")
        return listed.entries

    def link(self, target, name):
        return self._syscall.dent_link(self.fd, name, _fd(target))

    def unlink(self, name):
        return self._syscall.dent_unlink(self.fd, name)


class FacetedDirectory(_Holder):
    def ls(self, clearance=None):
        """The labels of the facets that are there, as Protobuf's JSON has them."""
        listed = self._syscall.dent_ls_faceted(self.fd, clearance)
        if not listed.success:
            raise CloudCallError("ls", "DENIED")
        return [label.to_dict() for label in listed.facets]


class File(Entry):
    def read(self):
        return self._syscall.dent_read(self.fd).data

    def write(self, data):
        return self._syscall.dent_update_file(self.fd, data).success

    def write_if(self, data, version):
        """The new version; None if it is not `version` that would be replaced, or refused. Not one of Faasten's."""
        asked = {"content": blobs.octets(data), "version": _number(version, "a version")}
        syscall = self._syscall
        return syscall._on(self.fd, lambda path: syscall._ask("write_if", {"path": path, **asked}), "data").data


class Gate(Entry):
    def ls(self):
        return self._syscall.dent_ls_gate(self.fd).gate

    def invoke(self, payload=b"", sync=True, params=None, toblob=False, *, blobs=None, result_label=None):
        """`blobs` (fds by name) and `result_label` are not of Faasten's: see `invoke_sync` of the older eras."""
        if blobs is None and result_label is None:
            return self._syscall.dent_invoke(self.fd, sync, payload, toblob, params)
        if not sync:
            raise ValueError("blobs and a result label are for calls that are waited for")
        return self._syscall.invoke_sync(self.fd, payload, params, blobs, result_label)

    def update_direct(
        self, privilege=None, invoker_clearance=None, memory=None, app_image=None, runtime=None, kernel=None, declassify=None
    ):
        """What is left out stays."""
        return self._update(
            lambda s: s.direct_form(privilege, invoker_clearance, memory, app_image, runtime, declassify), kernel
        )

    def update_redirect(self, privilege=None, invoker_clearance=None, gate=None, declassify=None):
        return self._update(lambda s: s.redirect_form(privilege, invoker_clearance, gate, declassify))

    def _update(self, form, kernel=None):
        try:
            if kernel is not None:
                self._syscall._path(_fd(kernel))
            return self._syscall.dent_update_gate(self.fd, form(self._syscall))
        except CloudCallError:
            return Result(False)


class Service(Entry):
    def ls(self):
        return self._syscall.dent_ls_gate(self.fd).gate

    def invoke(self, payload=b"", sync=True, params=None, toblob=False):
        return self._syscall.dent_invoke(self.fd, sync, payload, toblob, params)


class BlobEntry(Entry):
    def get(self):
        """For `with`: the bytes, as a Blob."""
        syscall = self._syscall
        try:
            return Blob(syscall._ask, syscall._ask("open_blob", {"path": syscall._path(self.fd)}))
        except CloudCallError as refused:
            raise OpenBlobError("get", refused.code) from None


ENTRIES = (Directory, File, FacetedDirectory, Gate, Service, BlobEntry)


class _Opening:
    """Opens when `with` begins, one name after the other; closes what the last one led to."""

    def __init__(self, syscall, start, path):
        self._syscall = syscall
        self._start = start
        self._path = path
        self._last = None

    def __enter__(self):
        fd, kind = self._start, KINDS[self._syscall._kind(self._start)]
        for name in self._path:
            result = self._syscall.dent_open(fd, name)
            if fd != self._start:
                self._syscall.dent_close(fd)
            if not result.success:
                raise OpenError("open_at", "NOT_FOUND")
            fd, kind = result.fd, result.kind
        self._last = fd if fd != self._start else None
        return ENTRIES[kind](self._syscall, fd)

    def __exit__(self, *problem):
        if self._last is not None:
            self._syscall.dent_close(self._last)
        return None


class NewBlob(blobs.NewBlob):
    """`fd` is what the blob is known by; it can be linked once it is finalized."""

    def __init__(self, syscall, handle):
        super().__init__(syscall._ask, handle)
        self._syscall = syscall
        self.fd = None

    def finalize(self, data=None):
        """What is given here is not part of the blob."""
        self.fd = self._syscall.keep_blob(super().finalize())
        return ""


class Blob(blobs.Blob):
    """As the other eras' but for `read`."""

    def read(self, size=None):
        """The next block of at most 4 KiB; or `size` bytes, less only at the end. Bytes, as Pillow wants them."""
        return super().read(BLOCK_BYTES if size is None else size)

    def readall(self):
        return super().read(-1)


class GateForm(dict):
    """What a gate says of itself: digests of images, never code. Its fields are attributes too."""

    __getattr__ = dict.get

    def to_dict(self):
        """As Protobuf's JSON had it."""
        names = {"privilege": "privilege", "clearance": "invokerIntegrityClearance", "declassify": "declassify"}
        policy = {names[key]: Component(self[key]).to_dict() for key in names if isinstance(self.get(key), str)}
        if self.get("type") == "direct":
            rest = {key: value for key, value in self.items() if key not in names and key != "type"}
            return {"direct": {**policy, "function": _plain(rest)}}
        rest = {key: value for key, value in self.items() if key not in names and key != "type"}
        return {str(self.get("type")): {**policy, **_plain(rest)}}


def _plain(value):
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.hex() if isinstance(value, bytes) else value


def _policy(privilege, clearance, declassify):
    stated = {"privilege": privilege, "clearance": clearance, "declassify": declassify}
    return {name: _stated(value) for name, value in stated.items() if value is not None}


def _stated(label):
    text = label_text(label)
    if text is None:
        raise TypeError("a label is needed")
    return text


def _fd(entry):
    """Entries may be given for their fds."""
    return entry.fd if isinstance(entry, (Entry, NewBlob)) else entry


def _is_number(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value, what):
    if not _is_number(value):
        raise TypeError("%s is an integer, not %s" % (what, type(value).__name__))
    return value


def _text(value, what):
    if not isinstance(value, str):
        raise TypeError("%s is text, not %s" % (what, type(value).__name__))
    return value
