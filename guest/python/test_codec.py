"""Checks the codec against guest/vectors and against garbage. Usage: python3 test_codec.py frames.tsv [SEED]"""

import json
import random
import struct
import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")
from sluice_guest import codec  # noqa: E402

GARBAGE_FRAMES = 20_000


def plain(meaning):
    if isinstance(meaning, list):
        return [plain(item) for item in meaning]
    if not isinstance(meaning, dict):
        return meaning
    ((kind, content),) = meaning.items()
    if kind == "int64":
        return int(content)
    if kind == "float64":
        return struct.unpack(">d", bytes.fromhex(content))[0]
    if kind == "octets":
        return bytes.fromhex(content)
    return {key: plain(item) for key, item in content}


def decoded(content):
    length = codec.body_length(content[:4])
    assert length == len(content) - 4, "a vector's length"
    return codec.body(content[4:])


def check_vectors(path):
    count = 0
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            name, content, meaning = line.rstrip("\n").split("\t")
            content = bytes.fromhex(content)
            count += 1
            try:
                kind, ident, value = decoded(content)
            except codec.Violation:
                assert meaning == "VIOLATION", name
                continue
            assert meaning != "VIOLATION", name
            meaning = json.loads(meaning)
            assert (getattr(codec, meaning["kind"]), meaning["id"]) == (kind, ident), name
            assert repr(plain(meaning["value"])) == repr(value), name
            assert codec.frame(kind, ident, value) == content, name
    assert count > 50, "vectors are missing"


def check_garbage(seed, path):
    rng = random.Random(seed)
    with open(path, encoding="utf-8") as lines:
        seeds = [bytes.fromhex(line.split("\t")[1])[4:] for line in lines if not line.startswith("#")]
    for _ in range(GARBAGE_FRAMES):
        content = bytearray(rng.choice(seeds)[:2000] or b"\0")
        for _ in range(rng.randrange(1, 4)):
            content[rng.randrange(len(content))] = rng.randrange(256)
        try:
            kind, ident, value = codec.body(bytes(content))
        except codec.Violation:
            continue
        assert codec.frame(kind, ident, value)[4:] == bytes(content), "seed %d" % seed


check_vectors(sys.argv[1])
check_garbage(int(sys.argv[2]) if len(sys.argv) > 2 else 1, sys.argv[1])
