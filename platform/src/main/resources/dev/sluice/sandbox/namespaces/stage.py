"""Where bubblewrap finds the files that it shows to guests, when the server is root.

It runs as the guest's user, for whom the directories above some sources are closed, the data directory above all. So in
a mount namespace of the launcher's own, which no other process sees, a directory that none of our paths leads through
is covered, and the sources are bound below it. The data directory itself stays as closed as it is.

And no two guests share a file system object, not even one that both only read: locks on it, or a watch for who opens
it, would be a way from one guest to the other that no label sees. So each guest gets overlays of its own over the
sources, which costs 60 us each and shares the pages, and device nodes of its own.
"""

import ctypes
import os
import stat

CLONE_NEWNS = 0x20000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC, MS_SLAVE = 1, 2, 4, 8, 32, 0x1000, 0x4000, 0x80000
DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9)}
LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
    "shm": "/tmp",
}

libc = ctypes.CDLL(None, use_errno=True)


class Stage:
    def __init__(self, places, runtimes):
        """`runtimes`: name -> target in the guest -> source on the host. Tries everything once."""
        own_mount_namespace()
        mount(None, "/", None, MS_REC | MS_SLAVE)
        self.place = free_directory(places)
        os.umask(0o022)
        mount("tmpfs", self.place, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755,size=1m")
        os.mkdir(self.place + "/nothing")
        os.mkdir(self.place + "/dev")
        self.image = self.place + "/image"
        os.mkdir(self.image)
        self.folders = {name: [] for name in runtimes}
        self.sources = {
            name: {target: self.staged(name, source) for target, source in mounts.items()}
            for name, mounts in runtimes.items()
        }
        for name in runtimes:
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    self.separate(name)
                    status = 0
                finally:
                    os._exit(status)
            if os.waitpid(child, 0)[1] != 0:
                raise RuntimeError("the kernel's overlay file system cannot be used")

    def staged(self, runtime, source):
        """Where `source` will be: bound itself if a directory, below its directory if a file."""
        folder, name = (source, "") if os.path.isdir(source) else os.path.split(source)
        place = "%s/%s-%d" % (self.place, runtime, len(self.folders[runtime]))
        os.mkdir(place)
        mount(folder, place, None, MS_BIND)
        self.folders[runtime].append(place)
        return place + "/" + name

    def separate(self, runtime, image=None):
        """In the process that becomes a guest of `runtime`: from here on nothing that it is shown is another's too.

        `image`: a directory of the data directory that will be its root."""
        own_mount_namespace()
        folders = self.folders[runtime]
        if image is not None:
            mount(image, self.image, None, MS_BIND)
            folders = [*folders, self.image]
        for folder in folders:
            layers = "lowerdir=%s/nothing:%s" % (self.place, folder)
            mount("overlay", folder, "overlay", MS_RDONLY | MS_NOSUID | MS_NODEV, layers)
        devices = self.place + "/dev"
        mount("tmpfs", devices, "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755,size=64k,nr_inodes=32")
        os.umask(0)
        for name, (major, minor) in DEVICES.items():
            os.mknod(devices + "/" + name, stat.S_IFCHR | 0o666, os.makedev(major, minor))
        for name, target in LINKS.items():
            os.symlink(target, devices + "/" + name)
        mount(None, devices, None, MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NOEXEC)


def free_directory(places):
    for place in places:
        if os.path.isdir(place) and not os.path.islink(place):
            return place
    raise RuntimeError("there is no directory to show guests' files under; one of /mnt, /media, /srv is needed")


def own_mount_namespace():
    if libc.unshare(CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "no mount namespace: " + os.strerror(ctypes.get_errno()))


def mount(source, target, kind, flags, options=None):
    words = [word.encode() if word is not None else None for word in (source, target, kind, options)]
    if libc.mount(*words[:3], ctypes.c_ulong(flags), words[3]) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), target)
