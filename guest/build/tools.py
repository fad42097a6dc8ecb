"""What builds of every kind use: places, a failure that has a reason, a tool that is run."""

import os
import subprocess

OUT = "/tmp/out"
HOME = "/tmp/home"


class Failed(Exception):
    """Why there is nothing to hand over, for the image's author."""


def run(command, is_fault, environment=None):
    """Runs one tool; what it prints is the build's log. Its first fault is the reason of a failure."""
    name = os.path.basename(command[0])
    plain = {"PATH": "/usr/bin", "HOME": HOME, "LANG": "C.UTF-8", "TMPDIR": "/tmp"}
    process = subprocess.Popen(
        command,
        cwd=OUT,
        env={**plain, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    fault = None
    for line in process.stdout:
        os.write(1, line[: 4 << 10])
        text = line.decode("utf-8", "replace").strip()
        if fault is None and is_fault(text):
            fault = text
    status = process.wait()
    if status != 0:
        raise Failed(fault or "%s ended with status %d" % (name, status))


def require(tool, package):
    if not os.path.exists(tool):
        raise Failed("this server lacks %s: its operator installs it (apt-get install %s)" % (tool, package))


def below(top, folder, left_out):
    """Pairs of a path below `top` and the file that is there, links resolved."""
    found = []
    place = os.path.join(top, folder)
    for directory, folders, files in os.walk(place):
        folders[:] = sorted(name for name in folders if name not in left_out)
        for name in sorted(folders + files):
            file = os.path.join(directory, name)
            real = os.path.realpath(file)
            shown = os.path.relpath(file, top)
            if real != top and not real.startswith(top + "/"):
                raise Failed("a package has a link that leads out of its folder: " + shown)
            if name not in left_out and os.path.isfile(real):
                found.append((shown, real))
    return found
