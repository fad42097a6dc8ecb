"""Leaves something behind of every kind if told so; says what it finds of that."""

import os
import socket
import subprocess
import sys
import threading
import time

KINDS = ("memory", "file", "thread", "timer", "child", "socket", "environment")
TICKS_SECONDS = 0.02
memory = []


def handle(context, payload):
    if payload == "plant":
        plant()
    return [kind for kind in KINDS if is_there(kind)]


def plant():
    memory.append("planted")
    with open("/tmp/file", "w") as file:
        file.write("planted")
    threading.Thread(target=tick_forever, daemon=True).start()
    arm()
    child = "import time\nwhile True:\n    open('/tmp/child', 'w').close()\n    time.sleep(%r)" % TICKS_SECONDS
    subprocess.Popen([sys.executable, "-c", child], start_new_session=True)
    listener = socket.create_server(("127.0.0.1", 7777))
    memory.append(listener)
    os.environ["PLANTED"] = "planted"


def tick_forever():
    while True:
        open("/tmp/thread", "w").close()
        time.sleep(TICKS_SECONDS)


def arm():
    open("/tmp/timer", "w").close()
    timer = threading.Timer(TICKS_SECONDS, arm)
    timer.daemon = True
    timer.start()


def is_there(kind):
    if kind == "memory":
        return bool(memory)
    if kind == "file":
        return os.path.exists("/tmp/file")
    if kind == "environment":
        return "PLANTED" in os.environ
    if kind == "socket":
        with socket.socket() as end:
            return end.connect_ex(("127.0.0.1", 7777)) == 0
    return ticks("/tmp/" + kind)


def ticks(path):
    if not memory and not os.path.exists(path):  # what was planted long ago has ticked by now
        return False
    if os.path.exists(path):
        os.remove(path)
    until = time.monotonic() + 5
    while not os.path.exists(path) and time.monotonic() < until:
        time.sleep(TICKS_SECONDS)
    return os.path.exists(path)
