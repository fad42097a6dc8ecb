"""That Python's standard library works: `library.py NAME ARGUMENT...` sends what came of it on the channel, as JSON."""

import importlib
import json
import os
import sys

# Windows', and those that do something when imported.
NOT_FOR_US = {"antigravity", "this", "idlelib"}


def imports():
    """The modules that cannot be imported, also those in packages of the library that matter."""
    wanted = [name for name in sorted(sys.stdlib_module_names) if name not in NOT_FOR_US]
    wanted += ["concurrent.futures", "multiprocessing.pool", "multiprocessing.shared_memory", "xml.etree.ElementTree"]
    wanted += ["http.client", "http.server", "urllib.request", "email.message", "importlib.metadata", "os.path"]
    failed = []
    for name in wanted:
        try:
            importlib.import_module(name)
        except ImportError:
            failed.append(name)
    return failed


def foreign_functions():
    import ctypes

    libc = ctypes.CDLL("libc.so.6")
    compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
    numbers = (ctypes.c_int * 4)(4, 1, 3, 2)
    libc.qsort(numbers, 4, ctypes.sizeof(ctypes.c_int), compare(lambda a, b: a[0] - b[0]))
    return [list(numbers), libc.getpid() == os.getpid(), ctypes.CDLL("libm.so.6") is not None]


def processes():
    import subprocess

    child = subprocess.run([sys.executable, "-c", "print(input()[::-1])"], input="abc", capture_output=True, text=True)
    return child.stdout.strip() + child.stderr


def _square(number):
    return number * number


def pools():
    import multiprocessing
    import threading
    from concurrent.futures import ThreadPoolExecutor
    from multiprocessing import shared_memory

    with multiprocessing.get_context("fork").Pool(2) as pool, ThreadPoolExecutor(4) as threads:
        squares = [sum(pool.map(_square, range(10))), sum(threads.map(_square, range(10)))]
    memory = shared_memory.SharedMemory(create=True, size=100)
    memory.close()
    memory.unlink()
    return squares + [threading.active_count()]


def files():
    import sqlite3
    import tempfile
    import zipfile

    with tempfile.TemporaryDirectory() as place:
        base = sqlite3.connect(place + "/base")
        base.execute("create table t (x)")
        base.execute("insert into t values (41 + 1)")
        base.commit()
        with zipfile.ZipFile(place + "/zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a", "b" * 1000)
        return [base.execute("select x from t").fetchone()[0], os.path.getsize(place + "/zip") < 1000]


def secrets():
    import hashlib
    import hmac
    import secrets
    import ssl

    ssl.create_default_context()
    digest = hashlib.new("sha3_256", b"x").hexdigest()[:8]
    return [digest, hmac.new(b"k", b"m", "sha512").hexdigest()[:8], len(secrets.token_bytes(16))]


def loops():
    """A server and a client in one asyncio loop, over the guest's own loopback."""
    import asyncio

    async def serve(reader, writer):
        writer.write((await reader.readline()).upper())
        await writer.drain()
        writer.close()

    async def talk():
        server = await asyncio.start_server(serve, "localhost", 0)
        reader, writer = await asyncio.open_connection("localhost", server.sockets[0].getsockname()[1])
        writer.write(b"hello\n")
        answer = await reader.readline()
        writer.close()
        server.close()
        return answer.decode().strip()

    return asyncio.run(talk())


def names_and_times():
    import datetime
    import getpass
    import locale
    import pwd
    import socket
    import zoneinfo

    noon = datetime.datetime(2026, 7, 1, 12, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
    return [
        pwd.getpwuid(os.getuid()).pw_name,
        getpass.getuser(),
        socket.gethostbyname("localhost"),
        socket.getservbyname("https"),
        locale.setlocale(locale.LC_ALL, "C.UTF-8"),
        str(noon.utcoffset()),
    ]


def packages():
    """What is there besides the standard library, used once each; and the versions that are said of it."""
    import importlib.metadata
    import io

    import chameleon
    import jwt
    import numpy
    import pyaes
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from PIL import Image

    product = numpy.matmul(numpy.eye(3), numpy.arange(9).reshape(3, 3)) @ numpy.linalg.inv(2 * numpy.eye(3))
    formats = []
    for form in ("PNG", "JPEG", "WEBP", "TIFF", "GIF"):
        content = io.BytesIO()
        Image.new("RGB", (40, 20), "red").save(content, form)
        formats.append(Image.open(content).resize((4, 2)).size)
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return [
        float(product.sum()),
        formats,
        len(pyaes.AESModeOfOperationCTR(b"0" * 16).encrypt("text")),
        chameleon.PageTemplate("<b>${x}</b>")(x=1),
        jwt.decode(jwt.encode({"a": 1}, key, "ES256"), pem, ["ES256"]),
        all(importlib.metadata.version(name) for name in ("Pillow", "numpy", "PyJWT", "chameleon", "pyaes")),
    ]


def packages_there():
    return sorted(os.listdir("/usr/lib/python3/dist-packages"))


def main():
    os.write(3, json.dumps(globals()[sys.argv[1]](*sys.argv[2:])).encode() + b"\n")
    os.read(3, 1)


if __name__ == "__main__":
    main()
