"""What a hostile Python guest tries: `attacks.py NAME ARGUMENT...` sends what came of it on the channel, as lines of JSON,
and waits for its end."""

import ctypes
import errno
import fcntl
import json
import mmap
import os
import platform
import resource
import signal
import socket
import subprocess
import sys
import threading
import time

libc = ctypes.CDLL(None, use_errno=True)


def say(answer):
    os.write(3, json.dumps(answer).encode() + b"\n")


def outcome(action, *arguments):
    """The name of the error, or OK."""
    try:
        action(*arguments)
        return "OK"
    except OSError as failure:
        return errno.errorcode.get(failure.errno, str(failure.errno))


# ---------------------------------------------------------------------------------------------------------- reach


def network(port):
    def to(family, kind, address):
        with socket.socket(family, kind) as end:
            end.settimeout(2)
            if kind == socket.SOCK_STREAM:
                end.connect(address)
            else:
                end.sendto(b"x", address)

    tcp, udp = socket.SOCK_STREAM, socket.SOCK_DGRAM
    with open("/proc/net/dev") as devices:
        interfaces = [line.split(":")[0].strip() for line in devices if ":" in line]
    with open("/proc/net/unix") as sockets:
        names = [line.split()[7] for line in sockets.readlines()[1:] if len(line.split()) > 7]
    return {
        "interfaces": interfaces,
        "unix": names,
        "host": outcome(to, socket.AF_INET, tcp, ("127.0.0.1", int(port))),
        "host6": outcome(to, socket.AF_INET6, tcp, ("::1", int(port))),
        "world": outcome(to, socket.AF_INET, tcp, ("192.0.2.1", 80)),
        "world_udp": outcome(to, socket.AF_INET, udp, ("192.0.2.1", 53)),
        "packet": outcome(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW)),
        "netlink": outcome(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)),
        "vsock": outcome(lambda: socket.socket(40, socket.SOCK_STREAM)),
        "raw": outcome(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)),
    }


def visible(*paths):
    return [path for path in paths if os.path.lexists(path)]


def root():
    return {place: sorted(os.listdir(place)) for place in ("/", "/etc", "/usr", "/usr/bin", "/dev")}


def other_ways_to_the_root():
    """Through the first process of the guest."""
    ways = []
    for way in ("root", "cwd"):
        try:
            ways.append(sorted(os.listdir("/proc/1/" + way)))
        except OSError as failure:
            ways.append(errno.errorcode[failure.errno])
    try:
        descriptors = [os.readlink("/proc/1/fd/" + name) for name in os.listdir("/proc/1/fd")]
    except OSError as failure:
        descriptors = [errno.errorcode[failure.errno]]
    return {"ways": ways, "root": sorted(os.listdir("/")), "descriptors": descriptors}


def writable():
    """Every place outside /tmp in which a file could be made, or that could be opened for writing."""
    places = []
    for folder, folders, files in os.walk("/"):
        if folder == "/":
            folders.remove("tmp")
        if folder.startswith("/proc/") and folder.split("/")[2].isdigit():
            folders[:] = [name for name in folders if name not in ("task", "fd", "map_files", "cwd", "root")]
        for action in (lambda: os.mkdir(folder + "/x"), lambda: open(folder + "/y", "x"), lambda: os.utime(folder)):
            if outcome(action) == "OK":
                places.append(folder)
        for name in files:
            path = folder + "/" + name
            if os.path.islink(path):
                continue
            try:
                os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
                places.append(path)
            except OSError:
                if outcome(os.chmod, path, 0o777) == "OK" or outcome(os.unlink, path) == "OK":
                    places.append(path)
    with open("/tmp/x", "w") as file:
        file.write("x")
    return sorted(set(places))


SHARED = ["/", "/etc", "/etc/passwd", "/usr/bin", "/usr/bin/python3", json.__file__, os.path.dirname(os.__file__)]
SHARED += ["/usr/share/zoneinfo/UTC", "/lib64", "/runtime", __file__, "/dev", "/dev/null", "/dev/urandom", "/proc"]
SHARED += ["/proc/meminfo", "/tmp"]


def lock_everything():
    """The paths on which another guest holds a lock; from now on this one holds them all."""
    return [p for p in SHARED if outcome(fcntl.flock, os.open(p, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB) != "OK"]


def watch_everything():
    """How many bytes of news come of what others do with the paths."""
    watch = libc.inotify_init1(os.O_NONBLOCK)
    added = [libc.inotify_add_watch(watch, path.encode(), 0xFFF) for path in SHARED]
    say(min(added) >= 0)
    os.read(3, 2)
    try:
        return len(os.read(watch, 65536))
    except BlockingIOError:
        return 0


def environment():
    with open("/proc/self/environ") as start:
        return {"now": dict(os.environ), "start": start.read()}


def descriptors():
    names = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            names[name] = os.readlink("/proc/self/fd/" + name).split(":")[0]
        except FileNotFoundError:
            pass  # that of the listing itself
    return names


def processes(host_process):
    return {
        "seen": [int(name) for name in os.listdir("/proc") if name.isdigit()],
        "self": os.getpid(),
        "kill": outcome(os.kill, int(host_process), 0),
        "hostname": socket.gethostname(),
    }


# ------------------------------------------------------------------------------------------------------- identity


def identity():
    with open("/proc/self/status") as lines:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in lines if ":\t" in line)
    with open("/proc/self/uid_map") as users, open("/proc/self/gid_map") as groups:
        maps = [users.read().split(), groups.read().split()]
    return {"status": status, "maps": maps, "ids": [os.getuid(), os.getgid(), os.getgroups()]}


def limits():
    names = ("CORE", "FSIZE", "NOFILE", "CPU", "MSGQUEUE", "MEMLOCK")
    return {name: resource.getrlimit(getattr(resource, "RLIMIT_" + name)) for name in names}


# x86_64 and aarch64. The arguments are such that the kernel alone would answer something else than a refusal, or
# would do it, wherever a call without privilege can.
CALLS = {
    "unshare": (272, 97, 0x10000000),
    "unshare_files": (272, 97, 0x400),
    "setns": (308, 268, -1, 0),
    "mount": (165, 40, b"none", b"/tmp", b"tmpfs", 0, 0),
    "umount2": (166, 39, b"/tmp", 2),
    "pivot_root": (155, 41, b"/tmp", b"/tmp"),
    "chroot": (161, 51, b"/tmp"),
    "open_tree": (428, 428, -100, b"/tmp", 0),
    "fsopen": (430, 430, b"tmpfs", 0),
    "ptrace": (101, 117, 0, 0, 0, 0),
    "process_vm_readv": (310, 270, os.getpid(), 0, 0, 0, 0, 0),
    "process_vm_writev": (311, 271, os.getpid(), 0, 0, 0, 0, 0),
    "kcmp": (312, 272, os.getpid(), os.getpid(), 0, 0, 0),
    "bpf": (321, 280, 0, 0, 0),
    "perf_event_open": (298, 241, 0, 0, -1, -1, 0),
    "userfaultfd": (323, 282, 1),
    "seccomp": (317, 277, 2, 0, 0),
    "io_uring_setup": (425, 425, 1, 0),
    "keyctl": (250, 219, 0, -3, 1),
    "add_key": (248, 217, b"user", b"x", b"x", 1, -3),
    "request_key": (249, 218, b"user", b"x", 0, -3),
    "name_to_handle_at": (303, 264, -100, b"/tmp", 0, 0, 0),
    "open_by_handle_at": (304, 265, -100, 0, 0),
    "personality": (135, 92, 0x0040000),
    "shmget": (29, 194, 0, 4096, 0o1600),
    "mq_open": (240, 180, b"x", 0o102, 0o600, 0),
    "clone_newuser": (56, 220, 0x10000000 | signal.SIGCHLD, 0, 0, 0, 0),
    "clone_newpid": (56, 220, 0x20000000 | signal.SIGCHLD, 0, 0, 0, 0),
    "clone3": (435, 435, 0, 0),
    "reboot": (169, 142, 0, 0, 0, 0),
    "init_module": (175, 105, 0, 0, 0),
    "kexec_load": (246, 104, 0, 0, 0, 0),
    "syslog": (103, 116, 10, 0, 0),
    "setxattr": (188, 5, b"/tmp", b"user.x", b"x", 1, 0),
    "prctl_set_seccomp": (157, 167, 22, 2, 0, 0, 0),
    "ioctl_tiocsti": (16, 29, 1, 0x5412, b"x"),
    "socket_netlink": (41, 198, 16, 3, 0),
    "socketpair_inet": (53, 199, 2, 1, 0, 0),
    "unknown": (1000, 1000),
}


def forbidden_calls():
    column = 0 if platform.machine() == "x86_64" else 1
    answers = {}
    for name, description in CALLS.items():
        number, arguments = description[column], description[2:]
        ctypes.set_errno(0)
        passed = [ctypes.c_long(a) if isinstance(a, int) else ctypes.c_char_p(a) for a in arguments]
        result = libc.syscall(ctypes.c_long(number), *passed)
        if name.startswith("clone_") and result == 0:
            os._exit(0)
        answers[name] = "OK" if result >= 0 else errno.errorcode[ctypes.get_errno()]
    return answers


def calls_of_other_architectures():
    """getpid as i386 (int 0x80) and as x32, from machine code of our own."""
    if platform.machine() != "x86_64":
        return {}
    codes = {
        "i386": b"\xb8\x14\x00\x00\x00\xcd\x80\xc3",  # mov eax, 20; int 0x80; ret
        "x32": b"\xb8\x27\x00\x00\x40\x0f\x05\xc3",  # mov eax, 0x40000027; syscall; ret
    }
    answers = {}
    for name, code in codes.items():
        page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(code)
        call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
        answer = call()
        answers[name] = "OK" if answer >= 0 else errno.errorcode[-answer]
    return answers


# ---------------------------------------------------------------------------------------------------------- greed


def fork_bomb():
    children = 0
    try:
        while True:
            if os.fork() == 0:
                signal.pause()
            children += 1
    except BlockingIOError:
        return children


def thread_bomb():
    threads = 0
    try:
        while True:
            threading.Thread(target=signal.pause, daemon=True).start()
            threads += 1
    except RuntimeError:
        return threads


def memory_bomb():
    say("begun")
    hoard = []
    while True:
        hoard.append(bytearray(b"x" * (1 << 20)))


def fill_scratch(file_mib):
    say("begun")
    return fill_scratch_and_tell(file_mib)


def fill_scratch_and_tell(file_mib):
    """Files of a size each, until no more fits."""
    block = b"x" * (1 << 20)
    files = 0
    try:
        while True:
            with open("/tmp/%d" % files, "wb", buffering=0) as file:
                for _ in range(int(file_mib)):
                    if file.write(block) != len(block):
                        raise OSError(errno.ENOSPC, "short")
            files += 1
    except OSError as failure:
        return [files, errno.errorcode[failure.errno]]


def big_file():
    written = 0
    try:
        with open("/tmp/big", "wb", buffering=0) as file:
            while True:
                written += file.write(b"x" * (1 << 20))
    except OSError as failure:
        return [written, errno.errorcode[failure.errno]]


def many_files():
    files = []
    try:
        while True:
            files.append(os.open("/dev/null", os.O_RDONLY))
    except OSError as failure:
        return [len(files), errno.errorcode[failure.errno]]


def spin(seconds):
    until = time.monotonic() + float(seconds)
    while time.monotonic() < until:
        pass
    return time.process_time()


def exceed_processor_time():
    say("begun")
    resource.setrlimit(resource.RLIMIT_CPU, (1, 3))
    while True:
        pass


def print_without_end():
    say("begun")
    while True:
        os.write(1, b"x" * 65536)


# ----------------------------------------------------------------------------------------------------------- life


def hello():
    return "hello"


def echo():
    say("ready")
    return os.read(3, 100).decode()


def wait_in_silence():
    signal.pause()


def exit_with(code):
    say("begun")
    os._exit(int(code))


def die_by(number):
    say("begun")
    os.kill(os.getpid(), int(number))
    signal.pause()


def leave_children():
    """Sessions, process groups and orphans that have nothing to do with their parent any more."""
    for _ in range(5):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                while True:
                    time.sleep(3600)
            os._exit(0)
    return "left"


def print_when_told(lines):
    say("ready")
    os.read(3, 2)
    for number in range(int(lines)):
        print("line", number, flush=True)
        print("error", number, file=sys.stderr, flush=True)
    return "answer"


def burn(millis, mib):
    """Uses the processor for that long, half of it in a child that ends, while it holds so much memory."""
    held = bytearray(int(mib) << 20)
    for page in range(0, len(held), 4096):
        held[page] = 1
    child = os.fork()
    while time.process_time() < int(millis) / 2000:
        pass
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return int(1000 * (time.process_time() + children.ru_utime + children.ru_stime))


def close_everything():
    os.closerange(0, 10)
    signal.pause()


def main():
    answer = globals()[sys.argv[1]](*sys.argv[2:])
    say(answer)
    os.read(3, 1)


if __name__ == "__main__":
    main()
