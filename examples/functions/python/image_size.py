"""Kind, width and height of a PNG, GIF or JPEG image, from its first bytes."""

import base64
import struct


def handle(context, payload):
    image = base64.b64decode(payload["image"], validate=True)
    if image[:8] == b"\x89PNG\r\n\x1a\n":
        return answer("png", *struct.unpack_from(">II", image, 16))
    if image[:6] in (b"GIF87a", b"GIF89a"):
        return answer("gif", *struct.unpack_from("<HH", image, 6))
    if image[:2] == b"\xff\xd8":
        return jpeg(image)
    raise ValueError("neither PNG, GIF nor JPEG")


def jpeg(image):
    at = 2
    while at + 9 <= len(image):
        marker, length = struct.unpack_from(">xBH", image, at)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", image, at + 5)
            return answer("jpeg", width, height)
        at += 2 + length
    raise ValueError("a JPEG without a frame")


def answer(kind, width, height):
    return {"kind": kind, "width": width, "height": height}
