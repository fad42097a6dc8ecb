"""Era A's keys and values, kept as files below `~:keys`: the home of the gate's privilege.

`a/b` is the file `k.b` in the directory `d.a`, so a key can be another one's beginning. A directory has the label of the
run that made it; one that is more secret than that cannot write there.
"""

from .errors import CloudCallError

_PLAIN = frozenset(" !#$'()*+,-.0123456789;?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{}")
_ROOT = "~:keys"


class Keys:
    def __init__(self, ask):
        self._ask = ask

    def read_key(self, key):
        return self._try("read_file", path=":".join([_ROOT, *_steps(key)]))[1]

    def write_key(self, key, value):
        from .blobs import octets

        path = _ROOT
        self._try("create_directory", path=path)
        *directories, name = _steps(key)
        for directory in directories:
            path += ":" + directory
            self._try("create_directory", path=path)
        path += ":" + name
        self._try("create_file", path=path)
        return self._try("write_file", path=path, content=octets(value))[0]

    def read_dir(self, directory):
        """The next segments of all keys below `directory`; what more is below has a `/` at its end."""
        steps = ["d." + _name(segment) for segment in _text(directory).split("/") if segment]
        entries = self._try("list_directory", path=":".join([_ROOT, *steps]))[1] or ()
        return sorted(_unname(entry["name"][2:]) + "/" * (entry["name"][0] == "d") for entry in entries)

    def _try(self, operation, **arguments):
        try:
            return True, self._ask(operation, arguments)
        except CloudCallError:
            return False, None


def _steps(key):
    *directories, name = _text(key).split("/")
    return ["d." + _name(segment) for segment in directories] + ["k." + _name(name)]


def _text(key):
    if isinstance(key, str):
        return key
    if isinstance(key, (bytes, bytearray)):
        return bytes(key).decode("utf-8", "surrogateescape")
    raise TypeError("a key is bytes or text, not %s" % type(key).__name__)


def _name(segment):
    octets = segment.encode("utf-8", "surrogateescape")
    return "".join(chr(octet) if chr(octet) in _PLAIN else "=%02X" % octet for octet in octets)


def _unname(name):
    head, *parts = name.split("=")
    octets = head.encode() + b"".join(bytes.fromhex(part[:2]) + part[2:].encode() for part in parts)
    return octets.decode("utf-8", "replace")
