"""A platform in memory for the tests of the library: files and handles, labels as names, no rule of flow."""

from sluice_guest.errors import CloudCallError


class Node:
    def __init__(self, kind, label=None, content=None):
        self.kind, self.label, self.content, self.version = kind, label, content, 1
        self.entries = {}


class Platform:
    """`ask` is what a run asks with; `seen` remembers every operation with its arguments, `named` the privilege that
    each change named."""

    def __init__(self, label="T,T", privilege="alice"):
        self.root = Node("directory", "T,F")
        self.label, self.privilege = label, privilege
        self.handles, self.blobs, self.seen, self.named, self.last = {}, {}, [], [], 0
        self.answers = {}

    def ask(self, operation, arguments):
        if "with" in arguments:
            arguments = dict(arguments)
            self.named.append((operation, arguments.pop("with")))
        self.seen.append((operation, dict(arguments)))
        if operation in self.answers:
            answer = self.answers[operation]
            if isinstance(answer, str) and answer.isupper() and len(answer) > 1:
                raise CloudCallError(operation, answer)
            return answer
        return getattr(self, operation)(**arguments)

    def put(self, path, node):
        *above, name = self._steps(path)
        self._walk(above).entries[name] = node
        return node

    def _steps(self, path):
        if isinstance(path, str):
            path = [step for step in path.split(":") if step]
            if path and path[0] == "~":
                path[:1] = ["home", "<%s,%s>" % (self.privilege, self.privilege)]
        return ["<%s>" % step["label"] if isinstance(step, dict) else step for step in path]

    def _walk(self, path):
        node = self.root
        if isinstance(path, dict):
            node = self.handles.get(path["handle"])
            path = path["path"]
        for step in self._steps(path):
            if node is None:
                break
            if node.kind == "faceted" and step[0] == "<":
                node = node.entries.setdefault(step, Node("directory", step[1:-1]))
            else:
                node = node.entries.get(step)
        if node is None:
            raise CloudCallError("walk", "NOT_FOUND")
        return node

    def _parent(self, path):
        if isinstance(path, dict):
            return self._walk({**path, "path": path["path"][:-1]}), path["path"][-1]
        steps = self._steps(path)
        return self._walk(steps[:-1]), steps[-1]

    def _link(self, path, node):
        parent, name = self._parent(path)
        if name in parent.entries:
            raise CloudCallError("link", "EXISTS")
        parent.entries[name] = node

    def _handle(self, node):
        self.last += 1
        self.handles[str(self.last)] = node
        return {"handle": str(self.last), "kind": node.kind}

    def open(self, path):
        return self._handle(self._walk(path))

    def close(self, handle):
        del self.handles[handle]

    def create_unlinked(self, kind, label=None, blob=None):
        return self._handle(Node(kind, label, b"" if blob is None else self.blobs[blob]))

    def create_directory(self, path, label=None):
        self._link(path, Node("directory", label or self.label))

    def create_file(self, path, label=None):
        self._link(path, Node("file", label or self.label, b""))

    def create_gate(self, gate, label=None, path=None):
        node = Node("service" if gate["type"] == "service" else "gate", label, gate)
        if path is None:
            return self._handle(node)
        return self._link(path, node)

    def read_gate(self, path):
        return self._walk(path).content

    def replace_gate(self, path, gate):
        self._walk(path).content.update(gate)

    def list_page(self, path, after, limit):
        names = sorted(name for name in self._walk(path).entries if name > after)[:limit]
        return [{"name": name, "kind": self._walk(path).entries[name].kind} for name in names]

    def list_directory(self, path):
        return self.list_page(path, "", 1 << 20)

    def list_facets(self, path, limit, up_to="T,T", after=""):
        return sorted(name[1:-1] for name in self._walk(path).entries if name[1:-1] > after)[:limit]

    def hard_link(self, source, destination):
        self._link(destination, self._walk(source))

    def delete(self, path):
        parent, name = self._parent(path)
        if parent.entries.pop(name, None) is None:
            raise CloudCallError("delete", "NOT_FOUND")

    def read_file(self, path):
        node = self._walk(path)
        if node.kind != "file":
            raise CloudCallError("read", "INVALID")
        return node.content

    def write_file(self, path, content):
        self._walk(path).content = bytes(content)

    def stat(self, path):
        node = self._walk(path)
        return {"kind": node.kind, "label": node.label, "length": 0, "version": node.version}

    def create_blob(self):
        self.last += 1
        self.blobs["new-%d" % self.last] = b""
        return "new-%d" % self.last

    def write_blob(self, handle, content):
        self.blobs[handle] += bytes(content)

    def finalize_blob(self, handle):
        self.blobs["done-" + handle] = self.blobs.pop(handle)
        return "done-" + handle

    def open_blob_handle(self, handle):
        if handle not in self.blobs:
            raise CloudCallError("open", "CLOSED")
        return {"handle": handle, "length": len(self.blobs[handle])}

    def open_blob(self, path):
        self.last += 1
        self.blobs["open-%d" % self.last] = self._walk(path).content
        return {"handle": "open-%d" % self.last, "length": len(self._walk(path).content)}

    def read_blob(self, handle, offset, length):
        return self.blobs[handle][offset : offset + length]

    def close_blob(self, handle):
        return None

    def current_label(self):
        return self.label

    def parse_label(self, text):
        return text if text.count(",") == 1 and not text.endswith("!") else None

    def declassify(self, secrecy):
        self.label = "%s,%s" % (secrecy, self.label.split(",")[1])
        return self.label

    def taint_with_label(self, label):
        self.label = label
        return label
