"""Starts what is compared with sandboxes, and nothing between it and them: one order a line, one answer a line, both JSON.

{"run": [program, argument...]}  until it prints its first byte -> {"nanos": N, "cpu": microseconds}
{"fork": true}                   the same of a child of this process that does nothing else
{"guest": [program, argument...], "socket": path}  its descriptor 3 is connected to the socket -> {"pid": N}
{"end": pid}                     of such a guest -> {"cpu": microseconds}
{"stored": path}                 -> {"bytes": N} that the file has on the disk
"""

import json
import os
import signal
import socket
import sys
import time

ENVIRONMENT = {"PATH": "/usr/bin:/usr/sbin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8"}
NOTHING = os.open(os.devnull, os.O_RDWR)


def reaped(pid):
    _, status, used = os.wait4(pid, 0)
    return status, int(1e6 * (used.ru_utime + used.ru_stime))


def first_byte(start):
    ours, its = os.pipe()
    began = time.perf_counter_ns()
    pid = start(its)
    os.close(its)
    byte = os.read(ours, 1)
    nanos = time.perf_counter_ns() - began
    while os.read(ours, 4096):
        pass
    os.close(ours)
    status, cpu = reaped(pid)
    return {"nanos": nanos, "cpu": cpu} if byte and status == 0 else {"error": "it ended with %d" % status}


def spawned(argv, standard, third=None):
    actions = [(os.POSIX_SPAWN_DUP2, end, at) for at, end in enumerate(standard)]
    if third is not None:
        actions.append((os.POSIX_SPAWN_DUP2, third, 3))
    return os.posix_spawn(argv[0], argv, ENVIRONMENT, file_actions=actions)


def forked(its):
    pid = os.fork()
    if pid == 0:
        os.write(its, b"x")
        os._exit(0)
    return pid


def guest(argv, path):
    with socket.socket(socket.AF_UNIX) as end:
        end.connect(path)
        return {"pid": spawned(argv, (NOTHING, NOTHING, NOTHING), end.fileno())}


def end(pid):
    os.kill(pid, signal.SIGKILL)
    return {"cpu": reaped(pid)[1]}


def answer(order):
    if "run" in order:
        return first_byte(lambda its: spawned(order["run"], (NOTHING, its, NOTHING)))
    if "fork" in order:
        return first_byte(forked)
    if "guest" in order:
        return guest(order["guest"], order["socket"])
    if "end" in order:
        return end(order["end"])
    return {"bytes": os.stat(order["stored"]).st_blocks * 512}


for line in sys.stdin:
    try:
        said = answer(json.loads(line))
    except OSError as failure:
        said = {"error": str(failure)}
    print(json.dumps(said), flush=True)
