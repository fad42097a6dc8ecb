"""The guest protocol's frames and values, as guest/vectors/frames.tsv shows them."""

import struct

FRAME_BYTES_MAX = 8 << 20
DEPTH_MAX = 32
ITEMS_MAX = 1 << 16
KEY_BYTES_MAX = 256

HELLO, LOADED, LOAD_FAILED, CALL, RESULT, ERROR, CHUNK, LOG = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08
FILE, LOAD, RUN, REPLY, INBOUND = 0x41, 0x42, 0x43, 0x44, 0x45
KINDS = frozenset((HELLO, LOADED, LOAD_FAILED, CALL, RESULT, ERROR, CHUNK, LOG, FILE, LOAD, RUN, REPLY, INBOUND))

_CONSTANTS = (None, False, True)
_HEAD = struct.Struct(">IBI")
_U32 = struct.Struct(">I")
_INT64 = struct.Struct(">q")
_FLOAT64 = struct.Struct(">d")


class Violation(Exception):
    """Bytes that are no frame, or a value that no frame can carry."""


class TooLarge(Violation):
    """A value for which one frame is not enough."""


def frame(kind, ident, value):
    """The bytes of one frame."""
    parts = []
    _write(value, parts, DEPTH_MAX)
    body = b"".join(parts)
    length = len(body) + 5
    if length > FRAME_BYTES_MAX:
        raise TooLarge("a frame of more than %d bytes" % FRAME_BYTES_MAX)
    return _HEAD.pack(length, kind, ident) + body


def _write(value, parts, depth):
    if value is None:
        parts.append(b"\x00")
    elif value is False:
        parts.append(b"\x01")
    elif value is True:
        parts.append(b"\x02")
    elif isinstance(value, int):
        if not -(1 << 63) <= value < 1 << 63:
            raise Violation("an integer of more than 64 bits")
        parts.append(b"\x03" + _INT64.pack(value))
    elif isinstance(value, float):
        parts.append(b"\x04" + _FLOAT64.pack(value))
    elif isinstance(value, (bytes, bytearray, memoryview)):
        content = bytes(value)
        parts.append(b"\x05" + _U32.pack(len(content)))
        parts.append(content)
    elif isinstance(value, str):
        parts.append(b"\x06")
        _write_text(value, parts)
    elif isinstance(value, (list, tuple)):
        _deeper(depth, value)
        parts.append(b"\x07" + _U32.pack(len(value)))
        for item in value:
            _write(item, parts, depth - 1)
    elif isinstance(value, dict):
        _deeper(depth, value)
        parts.append(b"\x08" + _U32.pack(len(value)))
        for key, item in value.items():
            _write_text(key, parts)
            _write(item, parts, depth - 1)
    else:
        raise Violation("a value of type " + type(value).__name__)


def _deeper(depth, value):
    if depth == 0 or len(value) > ITEMS_MAX:
        raise Violation("values nested too deeply, or too many of them")


def _write_text(text, parts):
    try:
        content = text.encode()
    except UnicodeEncodeError:
        raise Violation("text that is not Unicode") from None
    parts.append(_U32.pack(len(content)))
    parts.append(content)


def body_length(head):
    """What the first four bytes of a frame say."""
    (length,) = _U32.unpack(head)
    if not 5 < length <= FRAME_BYTES_MAX:
        raise Violation("a frame of a forbidden length")
    return length


def body(content):
    """Kind, id and value of one frame's body; whatever the bytes are, this or a Violation."""
    try:
        kind = content[0]
        (ident,) = _U32.unpack_from(content, 1)
        value, end = _read(content, 5, DEPTH_MAX)
    except (struct.error, IndexError):
        raise Violation("the frame ends inside a value") from None
    except UnicodeDecodeError:
        raise Violation("text that is not UTF-8") from None
    if kind not in KINDS or end != len(content):
        raise Violation("unknown kind of frame, or bytes after the value")
    return kind, ident, value


def _read(content, at, depth):
    tag = content[at]
    at += 1
    if tag == 5:
        return _octets(content, at, FRAME_BYTES_MAX)
    if tag == 6:
        octets, at = _octets(content, at, FRAME_BYTES_MAX)
        return octets.decode(), at
    if tag < 3:
        return _CONSTANTS[tag], at
    if tag == 3:
        return _INT64.unpack_from(content, at)[0], at + 8
    if tag == 4:
        return _FLOAT64.unpack_from(content, at)[0], at + 8
    if tag > 8 or depth == 0:
        raise Violation("unknown kind of value, or values nested too deeply")
    (count,) = _U32.unpack_from(content, at)
    at += 4
    if count > ITEMS_MAX or count * (1 if tag == 7 else 5) > len(content) - at:
        raise Violation("a count beyond the frame")
    if tag == 7:
        items = []
        for _ in range(count):
            item, at = _read(content, at, depth - 1)
            items.append(item)
        return items, at
    fields = {}
    for _ in range(count):
        octets, at = _octets(content, at, KEY_BYTES_MAX)
        key = octets.decode()
        if key in fields:
            raise Violation("the same key twice")
        fields[key], at = _read(content, at, depth - 1)
    return fields, at


def _octets(content, at, most):
    (length,) = _U32.unpack_from(content, at)
    at += 4
    if length > most or length > len(content) - at:
        raise Violation("a length beyond the frame")
    return bytes(content[at : at + length]), at + length
