"""Runs one virtual machine in the jail that the namespaces driver has made, and ends as its guest does.

What to do is JSON in the variable SLUICE_MACHINE:

  {"save": true, "ram_mib", "cpu", "root", "warm"}    boots a machine, and sends a snapshot of it to the server on descriptor 3:
                                                      u64 length and the state; then u64 offset, u64 length and the memory there, again
                                                      and again, and at the end u64 of ones; all big-endian
  {"save": false, "ram_mib", "cpu", "root", "state", "words": [...]}    restores that snapshot and gives the guest its order

Descriptor 3 is then the guest's channel, 1 and 2 are its output: QEMU has them, nothing passes through here. Descriptor 5 is
the memory of the snapshot, sealed: every machine maps it copy-on-write. Descriptor 6 is the image of the function, if it has
one. Of what the machine says on its control port (init.c) nothing is believed but how its own guest ended.
"""

import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time

CHANNEL, MEMORY, IMAGE = 3, 5, 6
QEMU = "/usr/bin/qemu-system-x86_64"
HERE = os.path.dirname(os.path.abspath(__file__))
# Answers of ours where the guest has no status of its own; the driver knows them.
OUT_OF_MEMORY, BROKEN = 128 + 50, 128 + 51
ENTROPY_BYTES = 64
CHUNK = 1 << 20
NO_IMAGE = HERE + "/nothing.img"
COMPLAINT_BYTES_MAX = 2000


def is_open(descriptor):
    try:
        os.fstat(descriptor)
        return True
    except OSError:
        return False


HAS_IMAGE = is_open(IMAGE)  # asked before anything of ours can get that number
COMPLAINTS = os.memfd_create("complaints")


class Broken(Exception):
    pass


class Monitor:
    """QEMU's own protocol: one question, one answer."""

    def __init__(self, end):
        self._lines = end.makefile("rb")
        self._end = end
        self._lines.readline()
        self.ask("qmp_capabilities")

    def ask(self, command, descriptors=(), **arguments):
        question = json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n"
        socket.send_fds(self._end, [question], descriptors)
        while True:
            line = self._lines.readline()
            if not line:
                raise Broken("QEMU has ended")
            answer = json.loads(line)
            if "error" in answer:
                raise Broken("QEMU refuses %s: %s" % (command, answer["error"].get("desc")))
            if "return" in answer:
                return answer["return"]


class Machine:
    def __init__(self, plan, memory, incoming, streams):
        """`streams`: descriptors of the guest's channel and output."""
        control, self.control = socket.socketpair()
        questions, ours = socket.socketpair()
        share, wait = ("off", ["-incoming", "defer"]) if incoming else ("on", [])
        ports = []
        for number, descriptor in enumerate([control.fileno(), *streams], 1):
            ports += ["-chardev", "socket,id=c%d,fd=%d" % (number, descriptor)]
            ports += ["-device", "virtserialport,bus=serial.0,nr=%d,chardev=c%d" % (number, number)]
        passed = {control.fileno(), questions.fileno(), memory, *streams}
        image = NO_IMAGE
        if HAS_IMAGE:
            passed.add(IMAGE)
            image = "/proc/self/fd/%d" % IMAGE
        backend = "memory-backend-file,id=ram,size=%dM,mem-path=/proc/self/fd/%d,share=%s" % (plan["ram_mib"], memory, share)
        append = "quiet loglevel=0 panic=-1 reboot=t mitigations=off cgroup_no_v1=all random.trust_cpu=off"
        command = [
            QEMU, "-nodefaults", "-no-user-config", "-display", "none", "-vga", "none", "-no-reboot",
            "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
            "-machine", "q35,memory-backend=ram,usb=off,vmport=off", "-accel", "tcg,tb-size=64", "-cpu", plan["cpu"],
            "-smp", "1", "-m", str(plan["ram_mib"]), "-object", backend,
            "-kernel", HERE + "/vmlinuz", "-initrd", HERE + "/initrd", "-append", append + " warm=" + plan.get("warm", ""),
            "-device", "virtio-serial-pci,id=serial,max_ports=5", *ports,  # the first: it is vport0 in the machine
            *disk("root", plan["root"]), *disk("image", image),
            "-chardev", "socket,id=qmp,fd=%d" % questions.fileno(), "-mon", "chardev=qmp,mode=control", *wait,
        ]  # fmt: skip
        if incoming:
            self.state = os.open(plan["state"], os.O_RDONLY)
            passed.add(self.state)
        else:
            self.state = os.memfd_create("state")
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=COMPLAINTS, stderr=COMPLAINTS, pass_fds=passed
        )
        control.close()
        questions.close()
        self.monitor = Monitor(ours)
        ignored = [{"capability": "x-ignore-shared", "state": True}]
        self.monitor.ask("migrate-set-capabilities", capabilities=ignored)

    def await_migration(self):
        while True:
            status = self.monitor.ask("query-migrate").get("status")
            if status == "completed":
                return
            if status == "failed":
                raise Broken("the snapshot cannot be used")
            time.sleep(0.001)

    def said(self):
        """The next byte of its control port."""
        said = self.control.recv(1)
        if not said:
            raise Broken("the machine has stopped")
        return said


def disk(name, path):
    drive = "if=none,id=%s,format=raw,readonly=on,file.locking=off,file=%s" % (name, path)
    return ["-drive", drive, "-device", "virtio-blk-pci,drive=" + name]


def save(plan):
    memory = os.memfd_create("memory")
    os.ftruncate(memory, plan["ram_mib"] << 20)
    streams = [socket.socketpair() for _ in range(3)]
    machine = Machine(plan, memory, False, [pair[0].fileno() for pair in streams])
    try:
        said = machine.said()
        if said != b"R":
            raise Broken("the machine does not boot: " + machine.control.recv(200).decode(errors="replace"))
        machine.monitor.ask("getfd", [machine.state], fdname="state")
        machine.monitor.ask("migrate", uri="fd:state")
        machine.await_migration()
    finally:
        machine.process.kill()
        machine.process.wait()
    server = socket.socket(fileno=CHANNEL)
    length = os.fstat(machine.state).st_size
    server.sendall(struct.pack(">Q", length))
    server.sendall(os.pread(machine.state, length, 0))
    send_memory(server, memory, plan["ram_mib"] << 20)
    server.recv(1)  # the server ends us


def send_memory(server, memory, size):
    """What is not zero of it."""
    zero = bytes(CHUNK)
    for offset in range(0, size, CHUNK):
        chunk = os.pread(memory, CHUNK, offset)
        if chunk != zero:
            server.sendall(struct.pack(">QQ", offset, len(chunk)) + chunk)
    server.sendall(b"\xff" * 8)  # the end


def restore(plan):
    machine = Machine(plan, MEMORY, True, [CHANNEL, os.dup(1), os.dup(2)])  # QEMU says on its 1 and 2 what it has to complain of
    machine.monitor.ask("migrate-incoming", uri="fd:%d" % machine.state)
    now = time.time_ns()
    words = [os.urandom(ENTROPY_BYTES).hex(), str(now // 10**9), str(now % 10**9), *plan["words"]]
    order = b"".join(word.encode() + b"\0" for word in words)
    machine.control.sendall(struct.pack("<I", len(order)) + order)
    while True:
        said = machine.said()
        if said == b"H":
            socket.socket(fileno=os.dup(CHANNEL)).shutdown(socket.SHUT_RDWR)
        elif said == b"E":
            return machine.said()[0]
        elif said == b"M":
            return OUT_OF_MEMORY
        else:
            raise Broken("the guest was not begun")


def main():
    plan = json.loads(os.environ.pop("SLUICE_MACHINE"))
    try:
        if plan["save"]:
            save(plan)
            status = 0
        else:
            status = restore(plan)
    except (Broken, OSError) as failure:
        complaints = os.pread(COMPLAINTS, COMPLAINT_BYTES_MAX, 0).decode(errors="replace")
        os.write(2, ("no machine: %s. %s\n" % (failure, complaints)).encode())
        status = BROKEN
    os._exit(status)


main()
