"""What a function of the Faasten convention gets as its second parameter, and the things that come from it.

File and directory calls answer False or None when they are refused, whatever the reason; the others raise.
"""

import io
import json

PIECE_BYTES = 2 << 20

# What later parts of the platform will offer. Until then a function that needs one is told so.
NOT_YET = frozenset(
    "invoke invoke_service invoke_gate dup_gate fs_creategate fs_createredirectgate fs_createservice "
    "read_key write_key read_dir github_rest_get github_rest_post github_rest_put github_rest_delete "
    "root open_at link dent_list dent_create_dir dent_create_file dent_create_faceted dent_create_blob "
    "dent_create_direct_gate dent_create_redirect_gate dent_create_service".split()
)


class CloudCallError(Exception):
    """A call that was refused; `code` says how: NOT_FOUND, DENIED, EXISTS, INVALID, CONFLICT, TOO_LARGE, LIMIT, CLOSED."""

    def __init__(self, operation, code):
        super().__init__("%s: %s" % (operation, code))
        self.code = code


class CreateFileError(CloudCallError):
    pass


class CreateBlobError(CloudCallError):
    pass


class OpenBlobError(CloudCallError):
    pass


class Component:
    """Half of a label, as text."""

    __slots__ = ("text",)

    def __init__(self, text):
        self.text = text

    def __str__(self):
        return self.text

    def __bool__(self):
        return bool(self.text)

    def __eq__(self, other):
        return type(other) is type(self) and other.text == self.text

    def __hash__(self):
        return hash(self.text)


class Label(Component):
    """A label in canonical text, or the empty one that stands for a text that is none (it is refused wherever it is used)."""

    __slots__ = ()

    def _halves(self):
        at = 0
        while at < len(self.text) and self.text[at] != ",":
            at += 2 if self.text[at] == "\\" else 1
        return self.text[:at], self.text[at + 1 :]

    @property
    def secrecy(self):
        return Component(self._halves()[0])

    @property
    def integrity(self):
        return Component(self._halves()[1])


class Names(dict):
    """`{"names": [...]}`, which also answers to `.names`."""

    @property
    def names(self):
        return self["names"]


class CloudCall:
    """One run's way to ask the platform. `ask(operation, arguments)` answers or raises CloudCallError."""

    def __init__(self, ask):
        self._ask = ask

    def __getattr__(self, name):
        if name in NOT_YET:
            raise NotImplementedError("cloudcall.%s is not supported yet" % name)
        raise AttributeError("there is no cloudcall.%s" % name)

    def _try(self, operation, **arguments):
        try:
            return True, self._ask(operation, arguments)
        except CloudCallError:
            return False, None

    def fs_read(self, path):
        return self._try("read_file", path=_path(path))[1]

    def fs_write(self, path, data):
        return self._try("write_file", path=_path(path), content=_octets(data))[0]

    def fs_createdir(self, path, label=None):
        return self._try("create_directory", path=_path(path), label=_text(label))[0]

    def fs_createfile(self, path, label=None):
        return self._try("create_file", path=_path(path), label=_text(label))[0]

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
        return self._try("link_blob", path=_path(path), handle=blobname, label=_text(label))[0]

    def fs_stat(self, path):
        return self._try("stat", path=_path(path))[1]

    def fs_openblob(self, path):
        try:
            return Blob(self._ask, self._ask("open_blob", {"path": _path(path)}))
        except CloudCallError as refused:
            raise OpenBlobError("fs_openblob", refused.code) from None

    def open_blob(self, name):
        try:
            return Blob(self._ask, self._ask("open_blob_handle", {"handle": name}))
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
            self._ask("create_file", {"path": _path(path), "label": _text(label)})
        except CloudCallError as refused:
            raise CreateFileError("create_file", refused.code) from None
        return NewFile(self, path)

    def get_current_label(self):
        return Label(self._ask("current_label", {}))

    def buckle_parse(self, text):
        return Label(self._ask("parse_label", {"text": text}) or "")

    def taint_with_label(self, label):
        return Label(self._ask("taint_with_label", {"label": _text(label)}))

    def declassify(self, component):
        done, label = self._try("declassify", secrecy=_text(component))
        return Label(label) if done else None

    def endorse(self, with_priv=None):
        return Label(self._ask("endorse", {"integrity": _text(with_priv)}))

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


class NewBlob:
    """A blob that is being written. One that lost a write cannot be finalized: it would be another blob."""

    def __init__(self, ask, handle):
        self._ask = ask
        self._handle = handle
        self._refusal = None

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.close()

    def write(self, data):
        if self._handle is None:
            raise CloudCallError("write", "CLOSED")
        content = memoryview(_octets(data))
        try:
            for at in range(0, len(content), PIECE_BYTES):
                self._ask("write_blob", {"handle": self._handle, "content": content[at : at + PIECE_BYTES]})
        except CloudCallError as refused:
            self._refusal = refused.code
        return self._refusal is None

    def flush(self):
        """Nothing is held back."""

    def finalize(self, data=b""):
        """Ends the blob; the handle that `open_blob` and `fs_linkblob` know it by."""
        self.write(data)
        if self._refusal is not None:
            raise CreateBlobError("finalize", self._refusal)
        handle, self._handle = self._handle, None
        return self._ask("finalize_blob", {"handle": handle})

    def close(self):
        handle, self._handle = self._handle, None
        if handle is not None:
            _close(self._ask, handle)


class Blob(io.RawIOBase):
    """A blob that is being read: a file for all who read files."""

    def __init__(self, ask, opened):
        super().__init__()
        self._ask = ask
        self._handle = opened["handle"]
        self.length = opened["length"]
        self._at = 0

    def readable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self._at

    def seek(self, offset, whence=0):
        base = {0: 0, 1: self._at, 2: self.length}
        if whence not in base or base[whence] + offset < 0:
            raise ValueError("a seek to before the start, or from nowhere")
        self._at = base[whence] + offset
        return self._at

    def read(self, size=-1):
        """`size` bytes, less only at the end; without `size` all that is left."""
        if self.closed:
            raise ValueError("the blob is closed")
        left = max(0, self.length - self._at)
        if size is not None and size >= 0:
            left = min(left, size)
        pieces = []
        while left > 0:
            asked = {"handle": self._handle, "offset": self._at, "length": min(left, PIECE_BYTES)}
            piece = self._ask("read_blob", asked)
            if not piece:
                break
            pieces.append(piece)
            self._at += len(piece)
            left -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def readall(self):
        return self.read()

    def readinto(self, buffer):
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def close(self):
        if not self.closed:
            super().close()
            _close(self._ask, self._handle)


def _close(ask, handle):
    try:
        ask("close_blob", {"handle": handle})
    except CloudCallError:
        """It is closed, one way or the other."""


def _path(path):
    if isinstance(path, str):
        return path
    return [{"label": element.text} if isinstance(element, Label) else _name(element) for element in path]


def _name(element):
    if not isinstance(element, str):
        raise TypeError("a path is text, or a list of names and labels")
    return element


def _text(label):
    """Labels and components are text or what this module makes of them; None stays None: the platform's default."""
    if label is None or isinstance(label, str):
        return label
    if isinstance(label, Component):
        return label.text
    raise TypeError("a label is text, a label object or None")


def _octets(data):
    if isinstance(data, str):
        raise TypeError("bytes are needed, not text")
    return data if isinstance(data, bytes) else bytes(data)
