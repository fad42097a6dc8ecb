"""Makes what virtual machines are booted from: `build.py kernel DIRECTORY`, `root IMAGE TARGET=SOURCE...`, `image IMAGE DIRECTORY`.

The kernel is Debian's signed cloud kernel as it is, downloaded with apt-get (which checks its signature), unpacked and not
installed. The first program is compiled from init.c beside this file, statically. The initial file system holds that, the
modules for virtio and erofs, and the filter of system calls that all guests have. A root is a read-only erofs image of the
runtime's files. Each output depends on its inputs alone, and appears whole or not at all.
"""

import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
KERNEL = "linux-image-cloud-amd64"
# In the order of their loading; what is missing is part of the kernel itself.
MODULES = """
virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk virtio_console
crc32c_generic crc32c-intel libcrc32c erofs
""".split()
NEEDED = {"virtio_pci", "virtio_blk", "virtio_console", "erofs"}
REGULAR, DIRECTORY, PROGRAM = 0o100644, 0o040755, 0o100755
DEVICE_BYTES = 4 << 30  # of each disk, whatever is on it: a restored machine must find the size that it knows


def run(*command, **options):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **options)


def build_kernel(directory):
    with tempfile.TemporaryDirectory(dir=directory) as place:
        os.chmod(place, 0o755)
        described = subprocess.run(["apt-cache", "depends", KERNEL], check=True, capture_output=True, text=True).stdout
        packages = re.findall(r"Depends: (linux-image-\S+)", described)
        if len(packages) != 1:
            raise RuntimeError("the package lists lack %s: run apt-get update" % KERNEL)
        run("apt-get", "download", packages[0], cwd=place)
        (package,) = [name for name in os.listdir(place) if name.endswith(".deb")]
        run("dpkg", "-x", os.path.join(place, package), place + "/unpacked")
        boot = place + "/unpacked/boot/"
        (kernel,) = [boot + name for name in os.listdir(boot) if name.startswith("vmlinuz-")]
        run("gcc", "-static", "-Os", "-o", place + "/init", HERE + "/init.c", "-pthread")
        initial = [("init", PROGRAM, read(place + "/init")), ("filter", REGULAR, system_call_filter())]
        initial += [("dev", DIRECTORY, b""), ("modules", DIRECTORY, b"")]
        found = modules(place + "/unpacked/lib/modules")
        initial += [("modules/%02d.ko" % i, REGULAR, read(path)) for i, path in enumerate(found)]
        with open(place + "/initial", "wb") as file:
            file.write(gzip.compress(archive(initial), 6, mtime=0))
        os.rename(kernel, directory + "/vmlinuz")
        os.rename(place + "/initial", directory + "/initrd")


def modules(place):
    found = {}
    for folder, _, names in os.walk(place):
        for name in names:
            if name.endswith(".ko"):
                found[name[:-3]] = os.path.join(folder, name)
    if not NEEDED <= found.keys():
        raise RuntimeError("the kernel's package lacks modules: " + " ".join(sorted(NEEDED - found.keys())))
    return [found[name] for name in MODULES if name in found]


def system_call_filter():
    import system_calls

    with tempfile.TemporaryFile() as file:
        system_calls.write_filter(file)
        file.seek(0)
        return file.read()


def archive(files):
    """A cpio archive as the kernel reads it (newc)."""
    out = bytearray()
    for number, (name, mode, content) in enumerate([*files, ("TRAILER!!!", 0, b"")], 1):
        head = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
        out += b"070701" + b"".join(b"%08X" % field for field in head) + name.encode() + b"\0"
        out += bytes(-len(out) % 4) + content
        out += bytes(-len(out) % 4)
    return bytes(out)


def build_root(image, mounts):
    """`mounts`: target and source, the target of the root being /."""
    parent = os.path.dirname(image)
    with tempfile.TemporaryDirectory(dir=parent) as place:
        os.mkdir(place + "/root")
        for target, source in sorted(mounts):
            into = place + "/root" + (target if target != "/" else "")
            os.makedirs(os.path.dirname(into), exist_ok=True)
            if os.path.isdir(source):
                shutil.copytree(source, into, symlinks=True, dirs_exist_ok=True)
            else:
                shutil.copy2(source, into)
        write_image(place + "/root", place + "/image")
        os.rename(place + "/image", image)


def write_image(root, image):
    run("mkfs.erofs", "-T0", "--all-root", "-U", "00000000-0000-0000-0000-000000000001", image, root)
    os.truncate(image, DEVICE_BYTES)
    os.chmod(image, 0o444)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def main():
    os.umask(0o022)  # monitors read what is made here, whatever the server keeps to itself
    what, place, *rest = sys.argv[1:]
    if what == "kernel":
        sys.path.insert(0, HERE)
        build_kernel(place)
    elif what == "root":
        build_root(place, [tuple(mount.split("=", 1)) for mount in rest])
    elif what == "image":
        write_image(rest[0], place + ".new")
        os.rename(place + ".new", place)
    else:
        raise ValueError("build.py makes kernel, root or image")


main()
