"""Guests as OCI containers: the bundle that crun makes each of, and the process that stands above it.

That process is a fork of the launcher, the first of a process namespace of its own, and dies with the launcher: whichever of
the two is killed, the kernel kills all that is below. It has crun make the container and end, holds none of the guest's
connections, reaps orphans, and ends as the guest's program does. In the container's user namespace there is the guest's user
and nobody else, so no root. Limits and system calls are not left to crun: the control group it is in already, and the filter
is that of bubblewrap's guests, byte for byte.

config.json has what stands here and nothing else. Its own section of system calls allows none: a crun that does not know the
annotation with the filter starts nothing. What namespaces it has made is looked at from outside, at each start; the trial guest
of each runtime tells the rest.
"""

import base64
import ctypes
import json
import os
import platform
import select
import signal

import stage

CLONE_NEWPID = 0x20000000
SYS_CLONE = {"x86_64": 56, "aarch64": 220}
PR_SET_PDEATHSIG = 1
MNT_DETACH = 2
ENDED_MAX = 4096
FAILED, SIGNALED = 125, 128
HIDDEN = stage.MS_NOSUID | stage.MS_NODEV | stage.MS_NOEXEC
GUEST = 1000
# That of processes is made above, where one of ours is the first.
NAMESPACES = {"network": "net", "ipc": "ipc", "uts": "uts", "mount": "mnt", "user": "user", "cgroup": "cgroup"}
CAPABILITIES = ("bounding", "effective", "inheritable", "permitted", "ambient")
UNIFIED = "/sys/fs/cgroup/unified"


class Containers:
    def __init__(self, crun, place, calls):
        """`place`: where guests' stages are; `calls`: descriptor of the compiled filter."""
        self.crun = crun
        self.bundle = place + "/bundle"
        self.calls = base64.b64encode(os.pread(calls, 1 << 20, 0)).decode()
        self.launcher = os.pidfd_open(os.getpid())
        os.mkdir(self.bundle)

    def fork(self):
        """As os.fork, but that the child is the first process of a process namespace."""
        call = SYS_CLONE[platform.machine()]
        process = stage.libc.syscall(ctypes.c_long(call), ctypes.c_ulong(CLONE_NEWPID | signal.SIGCHLD), None, None, None, None)
        if process < 0:
            raise OSError(ctypes.get_errno(), "no process namespace: " + os.strerror(ctypes.get_errno()))
        return process

    def stay_with_launcher(self):
        """In the child: ends with the launcher, which may have ended already."""
        stage.libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if select.select([self.launcher], [], [], 0)[0]:
            raise RuntimeError("the launcher is gone")

    def prepare(self, request, mounts, devices, variables):
        """In the child, in a mount namespace of its own: writes the bundle."""
        stage.mount("proc", "/proc", "proc", HIDDEN)  # of its own process namespace, in which crun looks for itself
        if os.path.ismount(UNIFIED):
            stage.libc.umount2(UNIFIED.encode(), MNT_DETACH)  # crun refuses hosts that have both versions of control groups
        stage.mount("tmpfs", self.bundle, "tmpfs", HIDDEN, "mode=0700,size=1m")
        os.mkdir(self.bundle + "/state")
        with open(self.bundle + "/config.json", "x") as file:
            json.dump(self.config(request, mounts, devices, variables), file)

    def run(self):
        """In the child, whose descriptors are the guest's: until the guest's program has ended. Never returns."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        pid_file = self.bundle + "/pid"
        crun = os.fork()
        if crun == 0:
            options = ["--root=" + self.bundle + "/state", "--cgroup-manager=disabled"]
            bundle = ["--bundle=" + self.bundle, "--pid-file=" + pid_file, "--preserve-fds=1"]
            os.execve(self.crun, [self.crun, *options, "run", "--detach", *bundle, "guest"], {})
        os.closerange(0, 4)
        ended = {}  # those that crun leaves us, and the guest itself, may end before crun does
        while crun not in ended:
            process, status = os.wait()
            if process == crun or len(ended) < ENDED_MAX:
                ended[process] = status
        if ended[crun] != 0:
            os._exit(FAILED)
        with open(pid_file) as file:
            guest = int(file.read())
        if shared_with(guest):
            os._exit(FAILED)
        while guest not in ended:
            process, status = os.wait()
            if process == guest:
                ended[guest] = status
        code = os.waitstatus_to_exitcode(ended[guest])
        os._exit(code if code >= 0 else SIGNALED - code)

    def config(self, request, mounts, devices, variables):
        identity = [{"containerID": GUEST, "hostID": request["uid"], "size": 1}]
        return {
            "ociVersion": "1.0.2",
            "hostname": "guest",
            "root": {"path": mounts["/"], "readonly": True},
            "mounts": [
                *(bind(mounts[target], target, "nosuid", "nodev") for target in sorted(mounts) if target != "/"),
                bind(devices, "/dev", "nosuid", "noexec"),
                bind("/proc", "/proc", "nosuid", "nodev", "noexec"),
                filesystem("tmpfs", "/tmp", "nosuid", "nodev", "mode=1777", "size=%d" % request["scratch_bytes"]),
            ],
            "process": {
                "terminal": False,
                "user": {"uid": GUEST, "gid": GUEST, "umask": 0o022},
                "args": request["command"],
                "env": ["%s=%s" % one for one in variables.items()],
                "cwd": "/tmp",
                "capabilities": {kind: [] for kind in CAPABILITIES},
                "noNewPrivileges": True,
            },
            "linux": {
                "namespaces": [{"type": kind} for kind in NAMESPACES],
                "uidMappings": identity,
                "gidMappings": identity,
                "seccomp": {"defaultAction": "SCMP_ACT_ERRNO"},
            },
            "annotations": {"run.oci.seccomp_bpf_data": self.calls},
        }


def shared_with(guest):
    """The namespaces that should be the guest's own, and are ours too; none if it has ended."""
    place = "/proc/%d/ns/" % guest
    try:
        return [kind for kind in NAMESPACES.values() if os.readlink(place + kind) == os.readlink("/proc/self/ns/" + kind)]
    except OSError:
        return []


def bind(source, target, *options):
    return {"destination": target, "type": "bind", "source": source, "options": ["bind", "ro", *options]}


def filesystem(kind, target, *options):
    return {"destination": target, "type": kind, "source": kind, "options": list(options)}
