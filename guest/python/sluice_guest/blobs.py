"""Blobs that are written and blobs that are read, as files."""

import io

from .errors import CloudCallError, CreateBlobError

PIECE_BYTES = 2 << 20


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
        content = memoryview(octets(data)).cast("B")
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
            close_blob(self._ask, handle)


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
            close_blob(self._ask, self._handle)


class Input(io.BufferedReader):
    """The blob that a run was given."""

    def __init__(self, ask, given, buffer_bytes):
        opened = ask("open_blob_handle", {"handle": given["handle"]})
        super().__init__(Blob(ask, opened), buffer_bytes)
        self.size = opened["length"]


class _Output(io.RawIOBase):
    """The blob that is a run's output. One that lost a write is never finalized: it would be another blob."""

    def __init__(self, ask):
        super().__init__()
        self._ask = ask
        self._handle = ask("create_output", {})
        self._is_whole = True

    def writable(self):
        return True

    def write(self, data):
        piece = bytes(memoryview(data).cast("B")[:PIECE_BYTES])
        try:
            self._ask("write_blob", {"handle": self._handle, "content": piece})
        except CloudCallError:
            self._is_whole = False
            raise
        return len(piece)

    def close(self):
        if not self.closed:
            super().close()
            self._ask("finalize_blob" if self._is_whole else "close_blob", {"handle": self._handle})


def output(ask, buffer_bytes):
    return io.BufferedWriter(_Output(ask), buffer_bytes)


def close_blob(ask, handle):
    try:
        ask("close_blob", {"handle": handle})
    except CloudCallError:
        """It is closed, one way or the other."""


def octets(data):
    if isinstance(data, bytes):
        return data
    if isinstance(data, (bytearray, memoryview)):
        return bytes(data)
    raise TypeError("bytes are needed, not %s" % type(data).__name__)
