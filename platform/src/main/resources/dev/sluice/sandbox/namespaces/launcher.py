"""Starts guests with bubblewrap, or as containers by crun, for the server that holds the other end of its standard input.

One process for the server's whole life, so that no guest costs a process call of the JVM. Reads requests from standard
input and writes what happened to standard output, one line each; the first request is the setup. What is said, and what is answered:

  {"socket", "bwrap", "stages", "open_files", "file_bytes", "cpu_seconds", "parents", "runtimes": {NAME: {TARGET: SOURCE}},
   "crun": where guests are containers}                                    -> ready, or: failed REASON
  {"start": ID, "token", "runtime", "command", "environment", "uid", "scratch_bytes", "groups": [directory of a control group],
   "root": a directory instead of the runtime's own root, or nothing; "machine": for one that is a virtual machine's monitor,
   which may have {"memory", "image"}: files that it gets as descriptors 5, a sealed copy in memory, and 6, to read}
  {"kill": ID}                                                             -> dead ID STATUS   (negative: a signal)

At the end of standard input the server is gone: every guest is killed, its control groups are removed, and so are we.
If we are killed ourselves, the kernel kills the guests (bwrap --die-with-parent; for containers see container.py). A request that we do not understand
ends us in the same way: the server starts another launcher.

Trusted, and small on purpose; nothing here reads a byte that a guest wrote.
"""

import fcntl
import json
import os
import resource
import select
import signal
import socket
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import container  # noqa: E402
import stage  # noqa: E402
import system_calls  # noqa: E402

REQUEST_BYTES_MAX = 1 << 19
DESCRIPTORS_SPARE = 64
GOODBYE_SECONDS = 5
PR_SET_CHILD_SUBREAPER = 36
FILTER, MEMORY_OF_MACHINE, IMAGE_OF_MACHINE = 4, 5, 6
MEMORIES_MAX = 32  # snapshots held at once
F_ADD_SEALS, SEALS = 1033, 1 | 2 | 4 | 8  # no more seals, no shrinking, no growing, no writing
STREAMS = {"c": 3, "o": 1, "e": 2}  # channel, standard output, standard error: letter -> descriptor in the guest


def main():
    os.setsid()  # a Ctrl-C on the server's terminal is the server's business
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    os.umask(0o077)
    stage.libc.prctl(PR_SET_CHILD_SUBREAPER, 1)  # a guest's first process is ours to reap once bwrap has died before it
    requests = Requests(0)
    setup = requests.next()
    if setup is None:
        return
    try:
        launcher = Launcher(setup)
    except (OSError, RuntimeError) as failure:
        report("failed " + " ".join(repr(failure).split()))
        raise
    report("ready")
    try:
        serve(requests, launcher)
    except BrokenPipeError:
        pass  # the server is gone, before it heard who died
    finally:
        launcher.end_all()
    remove_all(groups_below(setup["parents"]))  # those of guests, too, whose deaths it has not heard of
    for parent in setup["parents"]:
        removed(parent)


def serve(requests, launcher):
    deaths, wakeup = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
    while True:
        ready, _, _ = select.select([requests.descriptor, deaths], [], [])
        if deaths in ready:
            os.read(deaths, 1 << 16)
            launcher.reap()
        if requests.descriptor in ready:
            request = requests.next()
            while request is not None:
                launcher.obey(request)
                request = requests.next(wait=False)
        if requests.ended:
            return


class Requests:
    """The lines of a descriptor as JSON objects."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.pending = b""
        self.ended = False

    def next(self, wait=True):
        """The next request; None when there is none yet (unless `wait`), or no more ever."""
        while b"\n" not in self.pending:
            if not wait:
                return None
            chunk = os.read(self.descriptor, 1 << 16)
            self.pending += chunk
            if not chunk:
                self.ended = True
                return None
            if len(self.pending) > REQUEST_BYTES_MAX:
                raise ValueError("a request is too long")
        line, self.pending = self.pending.split(b"\n", 1)
        return json.loads(line)


class Launcher:
    def __init__(self, setup):
        self.setup = setup
        self.guests = {}  # process -> Guest
        self.nothing = os.open("/dev/null", os.O_RDWR)
        self.filter = compiled_filter(machine=False)
        self.machine_filter = compiled_filter(machine=True)
        self.memories = Memories()
        self.stage = stage.Stage(setup["stages"], setup["runtimes"]) if os.geteuid() == 0 else None
        self.sources = self.stage.sources if self.stage else setup["runtimes"]
        self.devices = self.stage.place + "/dev" if self.stage else None
        self.containers = None
        if "crun" in setup:
            self.containers = container.Containers(setup["crun"], self.stage.place, self.filter)
        self.roots = {name: root_arguments(mounts, self.devices) for name, mounts in self.sources.items()}

    def obey(self, request):
        if "kill" in request:
            for process, guest in self.guests.items():
                if guest.identity == request["kill"]:
                    os.kill(process, signal.SIGKILL)  # a child that we have not reaped: no other has its number
            return
        sockets = []
        files = {}
        try:
            if "machine" in request:
                files = self.files_of_machine(request["machine"])
            for stream in STREAMS:
                sockets.append(connect(self.setup["socket"], request["token"], stream))
            process = self.containers.fork() if self.containers else os.fork()
            if process == 0:
                self.become(request, sockets, files)
            self.guests[process] = Guest(request["start"], request["groups"])
        except OSError as failure:
            print("launcher: cannot start a guest:", failure, file=sys.stderr, flush=True)
            report("dead %d 125" % request["start"])
        finally:
            for end in sockets:
                end.close()
            if IMAGE_OF_MACHINE in files:
                os.close(files[IMAGE_OF_MACHINE])

    def files_of_machine(self, machine):
        files = {}
        if "memory" in machine:
            files[MEMORY_OF_MACHINE] = self.memories.of(machine["memory"])
        if "image" in machine:
            files[IMAGE_OF_MACHINE] = os.open(machine["image"], os.O_RDONLY)
        return files

    def become(self, request, sockets, files):
        """In the child: turns into bwrap or crun, and so into the guest. Never returns."""
        try:
            if self.containers:
                self.containers.stay_with_launcher()
            for group in request["groups"]:
                write(group + "/cgroup.procs", "0")
            write("/proc/self/oom_score_adj", "900")
            if self.stage:
                self.stage.separate(request["runtime"], request.get("root"))
            machine = "machine" in request
            if not self.containers:
                calls = self.machine_filter if machine else self.filter
                files = {**files, FILTER: os.open("/proc/self/fd/%d" % calls, os.O_RDONLY)}
            arrange([end.fileno() for end in sockets], self.nothing, files)
            self.limit(resource.RLIM_INFINITY if machine else self.setup["file_bytes"])
            if self.stage:
                os.setgroups([])
            if self.stage and not self.containers:
                os.setresgid(request["uid"], request["uid"], request["uid"])
                os.setresuid(request["uid"], request["uid"], request["uid"])
            os.umask(0o022)
            for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
                signal.signal(ignored, signal.SIG_DFL)
            variables = {**VARIABLES, **(IMAGE if "root" in request else {}), **request["environment"]}
            if self.containers:
                self.containers.prepare(request, self.mounts(request), self.devices, {**variables, "PWD": "/tmp"})
                self.containers.run()
            isolation = ISOLATION + self.root(request)
            scratch = ["--perms", "1777", "--size", str(request["scratch_bytes"]), "--tmpfs", "/tmp", "--chdir", "/tmp"]
            named = [word for one in variables.items() for word in ("--setenv", *one)]
            command = [self.setup["bwrap"], *isolation, *named, *scratch, "--", *request["command"]]
            os.execve(self.setup["bwrap"], command, {})
        except BaseException as failure:  # whatever it is, this copy of the launcher must not live on
            os.write(2, b"launcher: " + str(failure).encode() + b"\n")
        finally:
            os._exit(125)

    def root(self, request):
        if "root" not in request:
            return self.roots[request["runtime"]]
        return root_arguments(self.mounts(request), self.devices)

    def mounts(self, request):
        """What the guest is shown: target -> source."""
        sources = self.sources[request["runtime"]]
        if "root" not in request:
            return sources
        return {"/": self.stage.image if self.stage else request["root"], "/runtime": sources["/runtime"]}

    def limit(self, file_bytes):
        for name, most in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, file_bytes),
            (resource.RLIMIT_NOFILE, self.setup["open_files"]),
            (resource.RLIMIT_MSGQUEUE, 0),
            (resource.RLIMIT_MEMLOCK, 1 << 16),
            (resource.RLIMIT_NICE, 0),
            (resource.RLIMIT_RTPRIO, 0),
        ):
            resource.setrlimit(name, (most, most))
        seconds = self.setup["cpu_seconds"]
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))  # SIGXCPU, then SIGKILL

    def reap(self):
        """Reports the guests that have ended; buries their orphans too."""
        while True:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if process == 0:
                return
            guest = self.guests.pop(process, None)
            if guest is not None:
                report("dead %d %d" % (guest.identity, os.waitstatus_to_exitcode(status)))

    def end_all(self):
        """Leaves neither a process nor a control group, within GOODBYE_SECONDS."""
        for process in self.guests:
            os.kill(process, signal.SIGKILL)
        remove_all([group for guest in self.guests.values() for group in guest.groups])


class Guest:
    def __init__(self, identity, groups):
        self.identity = identity
        self.groups = groups


# What is the same for all guests.
ISOLATION = [
    "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup",
    "--disable-userns", "--uid", "1000", "--gid", "1000", "--hostname", "guest", "--cap-drop", "ALL",
    "--die-with-parent", "--new-session", "--seccomp", str(FILTER), "--clearenv",
]  # fmt: skip

VARIABLES = {"PATH": "/usr/bin", "HOME": "/tmp", "LANG": "C.UTF-8"}

# Of guests whose root is an image: their programs lie elsewhere too.
IMAGE = {"PATH": "/usr/local/bin:/usr/bin:/bin"}


def root_arguments(mounts, devices):
    arguments = []
    for target in sorted(mounts):
        arguments += ["--ro-bind", mounts[target], target]
    if devices:
        arguments += ["--dev-bind", devices, "/dev"]
    else:
        for device in stage.DEVICES:
            arguments += ["--dev-bind", "/dev/" + device, "/dev/" + device]
    return arguments + ["--proc", "/proc", "--remount-ro", "/proc"]


def connect(address, token, stream):
    end = socket.socket(socket.AF_UNIX)
    try:
        end.connect(address)
        end.sendall((token + stream).encode())
    except OSError:
        end.close()
        raise
    return end


def arrange(sockets, nothing, files):
    """Leaves open exactly 0 to 3 for the guest, and `files`; one of them is the filter, which bwrap reads and closes."""
    wanted = {0: nothing, **files}
    for number, descriptor in zip(STREAMS.values(), sockets):
        wanted[number] = descriptor
    spare = {number: fcntl.fcntl(old, fcntl.F_DUPFD, DESCRIPTORS_SPARE) for number, old in wanted.items()}
    for number, descriptor in spare.items():
        os.dup2(descriptor, number)
    for number in range(max(wanted)):
        if number not in wanted:
            os.closerange(number, number + 1)
    os.closerange(max(wanted) + 1, os.sysconf("SC_OPEN_MAX"))


def compiled_filter(machine):
    descriptor = os.memfd_create("seccomp")
    with open(descriptor, "wb", closefd=False) as calls:
        system_calls.write_filter(calls, machine)
    return descriptor


class Memories:
    """Memory of snapshots, each held once for all machines that are restored from it, and sealed: a machine can open it for
    writing, as QEMU does, and map it copy-on-write, and nobody can change it."""

    def __init__(self):
        self.held = {}  # path -> descriptor

    def of(self, path):
        if path not in self.held:
            if len(self.held) >= MEMORIES_MAX:
                os.close(self.held.pop(next(iter(self.held))))
            with open(path, "rb") as source:
                self.held[path] = sealed_copy(source.fileno())
        return self.held[path]


def sealed_copy(source):
    size = os.fstat(source).st_size
    memory = os.memfd_create("snapshot", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
    os.ftruncate(memory, size)
    end = 0
    while end < size:
        try:
            begin = os.lseek(source, end, os.SEEK_DATA)
        except OSError:
            break  # nothing but zeros from here on
        end = os.lseek(source, begin, os.SEEK_HOLE)
        while begin < end:
            chunk = os.pread(source, min(1 << 20, end - begin), begin)
            begin += os.pwrite(memory, chunk, begin)
    fcntl.fcntl(memory, F_ADD_SEALS, SEALS)
    return memory


def groups_below(parents):
    """The control groups of guests."""
    found = []
    for parent in parents:
        try:
            found += [parent + "/" + name for name in os.listdir(parent) if name[:1] == "g" and name[1:].isdigit()]
        except FileNotFoundError:
            pass
    return found


def remove_all(groups):
    until = time.monotonic() + GOODBYE_SECONDS
    while groups and time.monotonic() < until:
        groups = [group for group in groups if not removed(group)]
        time.sleep(0.002)


def removed(group):
    """Kills what is left in a control group and removes it; false if it has to be tried again."""
    try:
        with open(group + "/cgroup.procs") as processes:
            for process in processes.read().split():
                if process != "0":
                    os.kill(int(process), signal.SIGKILL)
        os.rmdir(group)
    except (FileNotFoundError, ProcessLookupError):
        return not os.path.exists(group)
    except OSError:
        return False
    return True


def write(path, text):
    descriptor = os.open(path, os.O_WRONLY)
    os.write(descriptor, text.encode())
    os.close(descriptor)


def report(event):
    os.write(1, (event + "\n").encode())


main()
