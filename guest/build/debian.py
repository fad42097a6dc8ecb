"""Debian packages for an image: the host's where it has them, else from the operator's mirror, read by apt.

apt checks the mirror's signature with the operator's keyring, or the host's own, and every hash that follows from it.
The packages are unpacked and nothing more: no script of theirs runs, for what it would set up (users, services,
caches) no function has. Devices, owners and the bits of setuid files go with it.

Files become `system/usr/...` of the layer. The libraries that programs need and the host has are copied there too: a
guest's root holds those of its interpreter only, and the C library is always that one's.
"""

import base64
import glob
import io
import os
import re
import shutil
import subprocess
import tarfile

from tools import OUT, Failed, require, run

TOP = OUT + "/system"
APT = "/tmp/apt"
KEYRINGS = ("/usr/share/keyrings/debian-archive-keyring.gpg", "/usr/share/keyrings/ubuntu-archive-keyring.gpg")
MERGED = ("bin", "sbin", "lib", "lib64")  # links into /usr
LEFT_OUT = re.compile(r"usr/share/(doc|man|info|locale|lintian|bug|bash-completion)/")
C_LIBRARY = re.compile(r"(ld-linux.*|libc|libm)\.so\.[0-9]+$")
UNPACKED_BYTES_MAX = 256 << 20
ENTRIES_MAX = 20_000
SETTINGS = """
Dir::State "/tmp/apt/state";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "/tmp/apt/cache";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Dir::Etc "/tmp/apt/etc";
Dir::Log "/tmp/apt/log";
APT::Sandbox::User "";
APT::Install-Recommends "false";
APT::Color "false";
Acquire::Languages "none";
Acquire::PDiffs "false";
Acquire::GzipIndexes "true";
Acquire::Retries "0";
Acquire::AllowInsecureRepositories "false";
"""


def install(job):
    """Pairs of a path of the layer and the file that becomes it."""
    mirrors = job["indexes"].get("debian", [])
    missing = [one for one in job["packages"] if not _host_has(one)]
    if missing and not mirrors:
        raise Failed("this server lacks the package %s, and %s" % (missing[0]["name"], job["remedy"]))
    if missing:
        _unpack(_fetched(mirrors, missing, job["keyring"]))
    found = dict(_unpacked())
    for one in job["packages"]:
        if one not in missing:
            print("sluice: the host has the package " + one["name"], flush=True)
            found.update(_of_the_host(one["name"]))
    found.update(_libraries(found))
    return sorted(_without_twins(found).items())


def _ask(*command):
    asked = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment(), check=False)
    return asked.stdout.decode("utf-8", "replace")


def _environment():
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "APT_CONFIG": APT + "/apt.conf"}


def _fits(version, wanted):
    """Whether a Debian version is the one that is wanted: exactly, or of that upstream version."""
    upstream = version.split(":", 1)[-1].rpartition("-")[0] or version.split(":", 1)[-1]
    return not wanted or version == wanted or upstream == wanted or upstream.startswith((wanted + ".", wanted + "+"))


def _host_has(package):
    said = _ask("dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}\n", package["name"])
    return any(
        line.startswith("installed ") and _fits(line.split(" ", 1)[1], package["version"]) for line in said.splitlines()
    )


def _of_the_host(name):
    for line in _ask("dpkg-query", "-L", name).splitlines():
        real = os.path.realpath(line)
        if real.startswith("/usr/") and os.path.isfile(real) and os.access(real, os.R_OK):
            shown = _place(line)
            if shown:
                yield "system/" + shown, real


def _place(name):
    """Where a file of a package lies below the layer's folder; nothing for what no function needs."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts or not parts:
        return ""
    path = "/".join(["usr", *parts] if parts[0] in MERGED else parts)
    return "" if LEFT_OUT.match(path) or not path.startswith(("usr/", "opt/", "etc/")) else path


def _fetched(mirrors, packages, keyring):
    """The files of packages and of what they need that the host lacks."""
    require("/usr/bin/apt-get", "apt")
    require("/usr/bin/gpgv", "gpgv")
    for folder in ("state/lists/partial", "cache/archives/partial", "etc/apt.conf.d", "etc/preferences.d", "log"):
        os.makedirs(APT + "/" + folder)
    with open(APT + "/apt.conf", "w", encoding="utf-8") as file:
        file.write(SETTINGS)
    keys = [one for one in KEYRINGS if os.path.exists(one)]
    if keyring:
        keys = [APT + ("/keys.asc" if base64.b64decode(keyring).startswith(b"-----") else "/keys.gpg")]
        with open(keys[0], "wb") as file:
            file.write(base64.b64decode(keyring))
    if not keys:
        raise Failed("this server has no keys of a Debian mirror: its operator names some with --package-keyring")
    suite = _suite()
    with open(APT + "/etc/sources.list", "w", encoding="utf-8") as file:
        for mirror in mirrors:
            named = suite + "-security" if mirror.endswith("-security/") else suite
            file.write("deb [signed-by=%s] %s %s main\n" % (",".join(keys), mirror, named))
    run(["/usr/bin/apt-get", "-q", "-o", "APT::Update::Error-Mode=any", "update"], _is_fault, _environment())
    wanted = [_chosen(one) for one in packages]
    options = ["-q", "-y", "--no-remove", "--download-only"]
    run(["/usr/bin/apt-get", *options, "install", "--", *wanted], _is_fault, _environment())
    files = sorted(glob.glob(APT + "/cache/archives/*.deb"))
    if any(os.path.basename(file).startswith("libc6_") for file in files):
        raise Failed("a package needs a newer C library than this server's: its operator upgrades the host")
    return files


def _is_fault(line):
    return line.startswith("E: ") and "Problem renaming" not in line


def _suite():
    with open("/usr/lib/os-release", encoding="utf-8") as file:
        for line in file:
            if line.startswith("VERSION_CODENAME="):
                return line.split("=", 1)[1].strip().strip('"')
    raise Failed("this server's system names no release of Debian or its kin")


def _chosen(package):
    for line in _ask("apt-cache", "madison", package["name"]).splitlines():
        fields = [field.strip() for field in line.split("|")]
        if len(fields) == 3 and fields[0] == package["name"] and _fits(fields[1], package["version"]):
            return "%s=%s" % (fields[0], fields[1])
    named = package["name"] + (" of version " + package["version"] if package["version"] else "")
    raise Failed("the mirror has no package " + named)


def _unpack(files):
    entries = size = 0
    for file in files:
        content = subprocess.run(["/usr/bin/dpkg-deb", "--fsys-tarfile", file], stdout=subprocess.PIPE, check=False)
        if content.returncode != 0:
            raise Failed("a package is damaged: " + os.path.basename(file))
        with tarfile.open(fileobj=io.BytesIO(content.stdout)) as archive:
            for member in archive:
                entries += 1
                size += member.size
                if entries > ENTRIES_MAX or size > UNPACKED_BYTES_MAX:
                    limits = (ENTRIES_MAX, UNPACKED_BYTES_MAX >> 20)
                    raise Failed("the packages have more than %d files or %d MiB" % limits)
                _put(archive, member)


def _put(archive, member):
    shown = _place(member.name)
    if not shown or not (member.isfile() or member.issym() or member.islnk()):
        return
    target = os.path.join(TOP, shown)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.realpath(os.path.dirname(target)) != os.path.dirname(target):
        raise Failed("a package has a file below a link: " + shown)
    if os.path.lexists(target):
        os.unlink(target)
    if member.issym():
        absolute = member.linkname.startswith("/")
        os.symlink(TOP + "/" + _place(member.linkname) if absolute else member.linkname, target)
    elif member.islnk():
        os.link(os.path.join(TOP, _place(member.linkname)), target, follow_symlinks=False)
    else:
        with archive.extractfile(member) as source, open(target, "wb") as copy:
            shutil.copyfileobj(source, copy)
        os.chmod(target, 0o755 if member.mode & 0o100 else 0o644)


def _unpacked():
    for directory, _, names in os.walk(TOP):
        for name in names:
            file = os.path.join(directory, name)
            real = os.path.realpath(file)
            if os.path.isfile(real) and real.startswith((TOP + "/", "/usr/")):
                yield os.path.relpath(file, OUT), real


def _libraries(found):
    """Those of the host that programs and libraries among these need, each at its place in the layer."""
    objects = []
    for real in sorted(set(found.values())):
        with open(real, "rb") as file:
            if file.read(4) == b"\x7fELF":
                objects.append(real)
    folders = sorted({os.path.dirname(file) for file in found.values() if ".so" in file and file.startswith(TOP)})
    environment = {"PATH": "/usr/bin", "LANG": "C.UTF-8", "LD_LIBRARY_PATH": ":".join(folders)}
    libraries = {}
    for at in range(0, len(objects), 50):
        command = ["/usr/bin/ldd", *objects[at : at + 50]]
        said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, check=False)
        for line in said.stdout.decode("utf-8", "replace").splitlines():
            if "not found" in line:
                print("sluice: a library is missing: " + line.strip(), flush=True)
            for word in line.split() if " (0x" in line else ():
                real = os.path.realpath(word)
                if word.startswith("/") and real.startswith("/usr/lib") and not C_LIBRARY.match(os.path.basename(word)):
                    libraries["system/" + _place(word)] = real
    return libraries


def _without_twins(found):
    """One name for each shared library: that by which programs ask for it, and not those that are links to it or from
    it."""
    names = {}
    for shown, real in found.items():
        names.setdefault((os.path.dirname(shown), real), []).append(shown)
    kept = {}
    for (_, real), all_of_it in names.items():
        sonames = [shown for shown in all_of_it if ".so." in os.path.basename(shown)]
        for shown in [min(sonames, key=len)] if sonames else all_of_it:
            kept[shown] = real
    return kept
