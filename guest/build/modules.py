"""Modules of PowerShell for an image, from a NuGet feed of version 2 such as the PowerShell Gallery's.

The manifest is what PSDepend reads, its simple form: `@{ 'Name' = '1.2.3'; Other = 'latest'; Third = @{ Version =
'2.0' } }`. Nothing of it is evaluated, and no module's script runs. Hashes that the feed states are checked.
"""

import base64
import hashlib
import io
import os
import re
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree
import zipfile

from tools import OUT, Failed, below

MODULES_MAX = 100
PAGES_MAX = 20
UNPACKED_BYTES_MAX = 256 << 20
TOKEN = re.compile(
    r"""\s+|<\#.*?\#>|\#[^\n]*|(?P<open>@\{)|(?P<close>\})|(?P<sign>[=;])|'(?P<single>(?:[^'\n]|'')*)'"""
    r"""|"(?P<double>[^"$`\n]*)"|(?P<bare>[A-Za-z0-9_.:-]+)""",
    re.S,
)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
VERSION = re.compile(r"[0-9]+(\.[0-9]+){0,3}(-[A-Za-z0-9]+)?")
ATOM = "{http://www.w3.org/2005/Atom}"
DATA = "{http://schemas.microsoft.com/ado/2007/08/dataservices}"
META = "{http://schemas.microsoft.com/ado/2007/08/dataservices/metadata}"
PACKAGING = ("_rels/", "package/", "[Content_Types].xml")


def install(job):
    """Pairs of a path of the layer and the file that becomes it."""
    feed = job["indexes"]["powershell"][0]
    wanted = list(_wanted(job["manifest"]).items())
    done = {}
    while wanted:
        name, version = wanted.pop(0)
        if name.lower() not in done:
            if len(done) == MODULES_MAX:
                raise Failed("the manifest needs more than %d modules" % MODULES_MAX)
            entry = _entry(feed, name, version)
            print("fetched %s %s" % (entry["name"], entry["version"]), flush=True)
            done[name.lower()] = entry["version"]
            wanted += _unpack(entry)
    return below(OUT, "modules", set())


def _wanted(manifest):
    """Module -> version, or an empty text for the latest."""
    tokens = list(_tokens(manifest.lstrip("\ufeff")))
    table = _table(tokens)
    if tokens:
        raise Failed("requirements.psd1: there is something after the table")
    wanted = {}
    for name, value in table.items():
        if name.lower() == "psdependoptions":
            continue
        if isinstance(value, dict):
            value = {key.lower(): one for key, one in value.items()}
            name, value = value.get("name", name), value.get("version", "latest")
        if not isinstance(name, str) or not isinstance(value, str) or not NAME.fullmatch(name):
            raise Failed("requirements.psd1: each line is a module's name = a version")
        if value.lower() != "latest" and not VERSION.fullmatch(value):
            raise Failed("requirements.psd1: the version of %s is neither a number nor latest" % name)
        wanted[name] = "" if value.lower() == "latest" else value
    if not wanted:
        raise Failed("the manifest asks for nothing that could be installed")
    return wanted


def _tokens(text):
    at = 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if not found:
            raise Failed("requirements.psd1: only a table of names and texts is read, and line %d is something else"
                         % (text.count("\n", 0, at) + 1))
        if found.lastgroup:
            yield found.lastgroup, found.group(found.lastgroup).replace("''", "'")
        at = found.end()


def _take(tokens, *kinds):
    if not tokens or tokens[0][0] not in kinds:
        raise Failed("requirements.psd1 is no table of the form @{ Name = 'version' }")
    return tokens.pop(0)[1]


def _table(tokens, depth=0):
    if depth > 4:
        raise Failed("requirements.psd1: tables are nested too deeply")
    _take(tokens, "open")
    table = {}
    while tokens and tokens[0][0] != "close":
        if tokens[0] == ("sign", ";"):
            tokens.pop(0)
            continue
        name = _take(tokens, "single", "double", "bare")
        if _take(tokens, "sign") != "=":
            raise Failed("requirements.psd1: a name is followed by =")
        nested = tokens and tokens[0][0] == "open"
        table[name] = _table(tokens, depth + 1) if nested else _take(tokens, "single", "double", "bare")
    _take(tokens, "close")
    return table


def _get(url, what):
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url) as answer:
            return answer.read()
    except OSError as problem:
        raise Failed("%s cannot be fetched: %s" % (what, problem)) from problem


def _entry(feed, name, version):
    """What the feed says of one version of a module."""
    url = "%sFindPackagesById()?id='%s'" % (feed, name)
    entries = []
    for _ in range(PAGES_MAX):
        page = ElementTree.fromstring(_get(url, "what the feed has of " + name))
        entries += [one for one in map(_described, page.iter(ATOM + "entry")) if one["name"].lower() == name.lower()]
        following = [link.get("href") for link in page.findall(ATOM + "link") if link.get("rel") == "next"]
        if not following:
            break
        url = following[0]
    if version:
        entries = [one for one in entries if _number(one["version"]) == _number(version)]
    else:
        entries = [one for one in entries if "-" not in one["version"]] or entries
    if not entries:
        raise Failed("the feed has no module %s%s" % (name, " " + version if version else ""))
    return max(entries, key=lambda one: _number(one["version"]))


def _described(entry):
    about = entry.find(META + "properties")
    if about is None:
        about = entry.find(ATOM + "content/" + META + "properties")
    told = lambda name: (about.findtext(DATA + name) or "") if about is not None else ""  # noqa: E731
    content = entry.find(ATOM + "content")
    described = {"name": told("Id") or entry.findtext(ATOM + "title") or "", "version": told("Version"),
                 "hash": told("PackageHash"), "algorithm": told("PackageHashAlgorithm"), "needs": told("Dependencies"),
                 "url": content.get("src", "") if content is not None else ""}
    if not NAME.fullmatch(described["name"]) or not VERSION.fullmatch(described["version"]):
        raise Failed("the feed speaks in riddles")
    return described


def _number(version):
    plain, _, extra = version.partition("-")
    parts = [int(part) for part in plain.split(".")]
    return parts + [0] * (4 - len(parts)), not extra, extra


def _unpack(entry):
    """What the module needs of others, as pairs of a name and a version."""
    what = "%s %s" % (entry["name"], entry["version"])
    content = _get(entry["url"], what)
    if entry["hash"]:
        algorithm = entry["algorithm"].lower()
        if algorithm not in ("sha512", "sha256"):
            raise Failed("the feed states a hash of an unknown kind for " + what)
        if base64.b64encode(hashlib.new(algorithm, content).digest()).decode() != entry["hash"]:
            raise Failed(what + " is not what its feed says: its hash is another one")
    top = "%s/modules/%s/%s" % (OUT, entry["name"], entry["version"].partition("-")[0])
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(one.file_size for one in archive.infolist()) > UNPACKED_BYTES_MAX:
                raise Failed("%s has more than %d MiB" % (what, UNPACKED_BYTES_MAX >> 20))
            for one in archive.infolist():
                _put(archive, one, top)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as problem:
        raise Failed("%s is damaged" % what) from problem
    return [_need(one) for one in entry["needs"].split("|") if one.partition(":")[0]]


def _put(archive, member, top):
    name = urllib.parse.unquote(member.filename)
    if member.is_dir() or name.startswith(PACKAGING) or ("/" not in name and name.endswith(".nuspec")):
        return
    if name.startswith("/") or "\\" in name or ".." in name.split("/"):
        raise Failed("a module has a file with a forbidden name")
    target = os.path.join(top, name)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(archive.read(member))


def _need(one):
    """`Name:[1.0, 2.0):` -> an exact version where exactly one fits, else the latest."""
    name, _, rest = one.partition(":")
    exact = re.fullmatch(r"\[([^,\]]+)\]", rest.partition(":")[0].strip())
    return name, exact.group(1) if exact else ""
