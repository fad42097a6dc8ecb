"""Tests of what functions of Faasten's eras see. Usage: python3 test_library.py"""

import io
import json
import os
import shutil
import sys
import tempfile
import unittest

_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [_HERE, _HERE + "/sluice_guest/modules"]
import syscalls  # noqa: E402
from fake_platform import Node, Platform  # noqa: E402
from sluice_guest import dents, faasten, labels, requirements  # noqa: E402
from sluice_guest.errors import CloudCallError, CreateBlobError, OpenBlobError, OpenError  # noqa: E402


class Labels(unittest.TestCase):
    def test_parts_are_as_in_the_messages(self):
        label = labels.Label("alice/x&b|c\\/d,F")
        self.assertEqual([["alice", "x"]], [p.tokens for p in label.secrecy.clauses.clauses[0].principals])
        self.assertEqual([["b"], ["c/d"]], [p.tokens for p in label.secrecy.clauses[1].principals])
        self.assertTrue(label.integrity.DCFalse)
        self.assertEqual("DCFalse", label.integrity.WhichOneof("component"))
        self.assertFalse(label.secrecy.HasField("DCFalse"))

    def test_json_form_is_protobufs_and_comes_back(self):
        alice = {"clauses": {"clauses": [{"principals": [{"tokens": ["a"]}]}]}}
        self.assertEqual({"secrecy": alice, "integrity": {"DCFalse": {}}}, labels.Label("a,F").to_dict())
        for text in ("T,T", "F,T", "a|b/c&d,T", "\\T,\\F", "x\\,y,z\\\\"):
            self.assertEqual(text, labels.label_text(labels.Label(text).to_dict()))

    def test_what_is_no_label_is_a_clear_error(self):
        for value in (1, [], b"T,T", {"secrecy": 1}, {"secrecy": {"x": []}, "integrity": {}}, {"clauses": [1]}):
            with self.assertRaises(TypeError):
                labels.label_text(value)

    def test_implication(self):
        implied = [("a", "a/x"), ("a&b", "a"), ("a", "a|b"), ("F", "a"), ("a", "T"), ("T", "T"), ("a|b", "a/x|b|c")]
        for one, other in implied:
            self.assertTrue(labels.Component(one).implies(labels.Component(other)), (one, other))
        for one, other in [("a/x", "a"), ("a|b", "a"), ("T", "a"), ("a", "F"), ("a", "ab"), ("a/x", "a/xy")]:
            self.assertFalse(labels.Component(one).implies(labels.Component(other)), (one, other))


class EraD(unittest.TestCase):
    def setUp(self):
        self.platform = Platform(label="alice,T")
        self.home = self.platform.put("home", Node("faceted"))
        self.syscall = dents.Syscall(self.platform.ask)

    def test_paths_are_opened_name_by_name_and_only_the_end_is_closed(self):
        self.platform.put("home:<a,b>:x", Node("file", "a,b", b"bytes"))
        with self.syscall.root().open_at(["home", "a,b", "x"]) as file:
            self.assertIsInstance(file, syscalls.File)
            self.assertEqual(b"bytes", file.read())
            self.assertTrue(file.write(b"others"))
        self.assertEqual({}, self.platform.handles)
        with self.assertRaises(OpenError):
            self.syscall.root().open_at(["home", "a,b", "y"]).__enter__()
        self.assertEqual({}, self.platform.handles)

    def test_each_kind_has_its_object(self):
        kinds = {"f": "file", "d": "directory", "x": "faceted", "g": "gate", "s": "service", "b": "blob"}
        for name, kind in kinds.items():
            self.platform.put(name, Node(kind, "T,T"))
        self.assertEqual(
            {"f": 1, "d": 0, "x": 2, "g": 3, "s": 4, "b": 5, "home": 2}, self.syscall.root().ls()
        )
        objects = []
        for name in kinds:
            with self.syscall.root().open_at([name]) as entry:
                objects.append(type(entry).__name__)
        self.assertEqual(["File", "Directory", "FacetedDirectory", "Gate", "Service", "BlobEntry"], objects)

    def test_a_directory_of_many_entries_is_listed_whole(self):
        for n in range(2500):
            self.platform.put("n%d" % n, Node("file", "T,T"))
        self.assertEqual(2501, len(self.syscall.root().ls()))

    def test_creating_and_linking(self):
        root = self.syscall.root()
        created = self.syscall.dent_create_dir(self.syscall.buckle_parse("T,alice"))
        self.assertTrue(created.success and root.link(created.fd, "dir").success)
        file = self.syscall.dent_create_file("T,T")
        self.assertTrue(self.syscall.link(created.fd, file.fd, "file").success)
        self.assertFalse(root.link(file.fd, "dir").success, "the name is taken")
        with root.open_at(["dir"]) as directory:
            self.assertEqual({"file": 1}, directory.ls())
            self.assertEqual("T,alice", str(directory.stat()["label"]))
            self.assertTrue(directory.unlink("file").success)
            self.assertFalse(directory.unlink("file").success)

    def test_a_label_left_out_is_public(self):
        self.syscall.dent_create_file()
        self.assertEqual({"kind": "file", "label": "T,T"}, self.platform.seen[-1][1])

    def test_a_failed_create_gives_no_handle_and_nothing_is_linked(self):
        self.platform.answers["create_unlinked"] = "DENIED"
        for create in (self.syscall.dent_create_dir, self.syscall.dent_create_file):
            failed = create("T,T")
            self.assertFalse(failed.success)
            self.assertIsNone(failed.fd)
            self.assertFalse(self.syscall.root().link(failed.fd, "x").success)
            self.assertFalse(self.syscall.link(0, failed.fd, "x").success)
        self.assertEqual(["home"], list(self.platform.root.entries))

    def test_unknown_fds_are_refused_and_wrong_types_are_clear_errors(self):
        self.assertFalse(self.syscall.dent_read(7).success)
        self.assertFalse(self.syscall.dent_close(0).success)
        self.assertFalse(self.syscall.dent_list(-1).success)
        for wrong in (lambda s: s.dent_read("1"), lambda s: s.link(0, True, "x"), lambda s: s.dent_open(0, 1),
                      lambda s: s.root().link(0, b"x"), lambda s: s.dent_create_dir(7), lambda s: s.buckle_parse(1),
                      lambda s: s.root().open_at("a:b"), lambda s: s.dent_update_file(0, "text"),
                      lambda s: s.dent_invoke(0, parameters={"a": 1}), lambda s: s.dent_open(0, None)):
            with self.assertRaises(TypeError):
                wrong(self.syscall)

    def test_a_listing_that_fails_is_no_empty_listing(self):
        self.platform.answers["list_page"] = "DENIED"
        self.assertFalse(self.syscall.dent_list(0).success)
        with self.assertRaises(CloudCallError):
            self.syscall.root().ls()

    def test_facets_are_labels_in_protobufs_json(self):
        self.platform.put("home:<a,F>:x", Node("file"))
        with self.syscall.root().open_at(["home"]) as home:
            self.assertEqual([labels.Label("a,F").to_dict()], home.ls())
            facet = home.ls()[0]
            with home.open_at([facet]) as directory:
                self.assertEqual({"x": 1}, directory.ls())
        asked = [arguments for operation, arguments in self.platform.seen if operation == "list_facets"]
        self.assertEqual("T,T", asked[0]["up_to"])

    def test_blobs(self):
        with self.syscall.create_blob() as blob:
            blob.write(b"x" * 5000)
            self.assertEqual("", blob.finalize(b"is not part of it"))
        entry = self.syscall.dent_create_blob("T,T", blob.fd)
        self.syscall.root().link(entry.fd, "b")
        with self.syscall.root().open_at(["b"]) as found, found.get() as stored:
            self.assertEqual(5000, stored.length)
            self.assertEqual(4096, len(stored.read()))
            self.assertEqual((904, 5000), (len(stored.read()), stored.tell()))
            self.assertEqual(b"", stored.read())
            stored.seek(-10, 1)
            self.assertEqual(b"x" * 10, stored.read(20))
        self.assertFalse(self.syscall.dent_create_blob("T,T", 99).success)

    def test_the_requests_blobs_are_small_numbers(self):
        self.platform.blobs["given"] = b"photo"
        fds = self.syscall.receive_blobs({"photo.jpg": "given"})
        self.assertEqual({"photo.jpg": 1}, fds)
        with self.syscall.open_blob(1) as blob:
            self.assertEqual(b"photo", blob.read(100))
        with self.assertRaises(OpenBlobError):
            self.syscall.open_blob(2)

    def test_gates(self):
        self.platform.put("code", Node("blob", "T,T", b"archive"))
        self.platform.put("python", Node("blob", "T,T", b"python3"))
        code, python = self.syscall.open_at(0, "code").fd, self.syscall.open_at(0, "python").fd
        privilege = self.syscall.buckle_parse("alice,T").secrecy
        made = self.syscall.dent_create_direct_gate("T,alice", privilege, "T", 128, code, python, None)
        gate = self.platform.seen[-1][1]["gate"]
        self.assertEqual({"handle": "1", "path": []}, gate["app"])
        self.assertEqual(("alice", "T", 128), (gate["privilege"], gate["clearance"], gate["memory_mib"]))
        self.syscall.root().link(made.fd, "gate")
        with self.syscall.root().open_at(["gate"]) as found:
            self.assertEqual("alice", found.ls().privilege)
            self.assertTrue(found.update_direct(memory=256).success)
            self.assertEqual({"type": "direct", "memory_mib": 256}, self.platform.seen[-1][1]["gate"])
            redirect = self.syscall.dent_create_redirect_gate("T,T", "T", "T", found.fd)
            self.assertTrue(redirect.success)
            self.assertTrue(found.update_redirect(clearance := None, "bob", found).success, clearance)
        self.assertFalse(self.syscall.dent_create_direct_gate("T,T", "T", "T", 128, None and 1 or 99, python, None).success)
        with self.assertRaises(TypeError):
            self.syscall.dent_create_redirect_gate("T,T", "T", "T", None)

    def test_invoking(self):
        self.platform.put("gate", Node("gate", "T,T", {}))
        self.platform.put("web", Node("service", "T,T", {}))
        self.platform.answers["invoke"] = {"status": 201, "body": b"done", "failed": False}
        with self.syscall.root().open_at(["gate"]) as gate:
            result = gate.invoke(b"{}", params={"x": "y"})
            self.assertEqual((True, b"done", 201), (result.success, result.data, result.status))
            self.assertEqual({"x": "y"}, self.platform.seen[-1][1]["headers"])
            self.platform.answers["invoke"] = {"status": 500, "body": b"", "failed": True}
            self.assertFalse(gate.invoke().success)
            blob = self.syscall.keep_blob("done-1")
            gate.invoke(b"", blobs={"photo": blob}, result_label="alice,T")
            asked = self.platform.seen[-1][1]
            self.assertEqual(({"photo": "done-1"}, "alice,T", True), (asked["blobs"], asked["result_label"], asked["sync"]))
            with self.assertRaises(ValueError):
                gate.invoke(b"", sync=False, result_label="alice,T")
            self.platform.answers["invoke"] = None
            self.assertTrue(gate.invoke(b"", sync=False).success)
        self.platform.answers["invoke_service"] = {"status": 200, "headers": {"a": "b"}, "body": b"web"}
        with self.syscall.root().open_at(["web"]) as service:
            result = service.invoke(b"", params={"repo": "r"})
            self.assertEqual((b"web", {"a": b"b"}), (result.data, result.headers))
            self.assertEqual({"repo": "r"}, self.platform.seen[-1][1]["parameters"])

    def test_services_are_created_with_verbs_by_number_or_name(self):
        for verb, name in ((0, "HEAD"), (syscalls.POST, "POST"), ("delete", "DELETE")):
            self.syscall.dent_create_service("T,T", "T", "T", "alice,T", "https://x.test/{a}", verb, {"n": "v"})
            self.assertEqual(name, self.platform.seen[-1][1]["gate"]["verb"])
        for verb in (5, -1, "PATCH", None, True and 1.0):
            with self.assertRaises(ValueError):
                self.syscall.dent_create_service("T,T", "T", "T", "T,T", "https://x.test", verb, {})

    def test_an_invalid_label_is_an_empty_one(self):
        label = self.syscall.buckle_parse("no label")
        self.assertIsNotNone(label)
        self.assertFalse(label)
        self.assertFalse(label.HasField("secrecy"))

    def test_the_invoker_is_never_more_than_he_is(self):
        invoker = dents.Invoker([[["alice"], ["bob"]], [["carol", "x"]]])
        self.assertEqual([["carol", "x"]], [principal.tokens for principal in invoker])
        self.assertEqual("alice|bob&carol/x", str(invoker.component))
        self.assertEqual(([], "F"), (list(dents.Invoker("F")), str(dents.Invoker("F").component)))
        self.assertEqual("T", str(dents.Invoker([]).component))

    def test_changes_name_all_the_privilege_unless_asked_to_name_less(self):
        weak = self.syscall.with_privilege("alice/x")
        made, other = weak.dent_create_file(), self.syscall.dent_create_dir()
        self.assertNotEqual(made.fd, other.fd)
        self.assertTrue(self.syscall.link(other.fd, made.fd, "f").success)
        with weak.root().open_at(["home", "alice,alice"]) as home:
            self.assertTrue(home.link(other.fd, "d").success)
            with home.open_at(["d", "f"]) as file:
                file.write(b"x")
        self.assertTrue(self.syscall.with_privilege(None).unlink(other.fd, "f").success)
        self.assertEqual(
            [
                ("create_unlinked", "alice/x"),
                ("create_unlinked", True),
                ("hard_link", True),
                ("hard_link", "alice/x"),
                ("write_file", "alice/x"),
                ("delete", None),
            ],
            self.platform.named,
        )
        with weak.create_blob() as blob:
            blob.finalize()
        self.assertTrue(self.syscall.dent_create_blob("T,T", blob.fd).success)

    def test_responses(self):
        self.assertEqual((b'{"a": 1}', 200), self._sent(syscalls.ResponseDict({"a": 1})))
        self.assertEqual(("é".encode(), 404), self._sent(syscalls.ResponseStr("é", 404)))
        self.assertEqual((b"\0", 200), self._sent(syscalls.ResponseRaw(bytearray(b"\0"))))
        with self.assertRaises(TypeError):
            syscalls.Response()

    @staticmethod
    def _sent(response):
        return bytes(response.body_to_bytes()), response.status_code()

    def test_all_names_of_the_module_are_one(self):
        import faasten as by_system
        import sluice as ours
        import syscalls_pb2

        self.assertIs(syscalls.ResponseDict, ours.ResponseDict)
        self.assertIs(syscalls.Response, by_system.Response)
        self.assertIs(labels.Label, syscalls_pb2.Buckle)


class Legacy(unittest.TestCase):
    def setUp(self):
        self.platform = Platform(label="alice,T")
        self.platform.put("home", Node("faceted"))
        self.cloudcall = faasten.CloudCall(self.platform.ask)

    def _last(self):
        return self.platform.seen[-1]

    def test_paths_are_text_or_lists_and_labels_text_objects_or_none(self):
        label = self.cloudcall.buckle_parse("T,alice/x")
        for path in ("home:<T,alice/x>:d", ["home", label, "d"]):
            for given in (None, "T,alice", label):
                self.platform.answers["create_directory"] = None
                self.assertTrue(self.cloudcall.fs_createdir(path, given))
        self.assertEqual(["home", {"label": "T,alice/x"}, "d"], self._last()[1]["path"])
        self.assertEqual("T,alice/x", self._last()[1]["label"])
        for wrong in (1, None, b"home", ["home", 1]):
            with self.assertRaises(TypeError):
                self.cloudcall.fs_read(wrong)

    def test_refusals_are_false_or_none(self):
        self.platform.answers = dict.fromkeys(
            ("read_file", "write_file", "create_directory", "create_file", "create_faceted", "delete", "list_directory",
             "list_faceted", "hard_link", "link_blob", "invoke", "duplicate_gate", "create_gate", "declassify", "stat"),
            "DENIED")
        c = self.cloudcall
        self.assertEqual([None] * 5, [c.fs_read("x"), c.fs_list("x"), c.fs_faceted_list("x"), c.declassify("T"), c.fs_stat("x")])
        policy = labels.Label("alice,T")
        refused = [c.fs_write("x", b""), c.fs_createdir("x"), c.fs_createfile("x"), c.fs_createfaceted("x"), c.fs_delete("x"),
                   c.fs_hardlink("x", "y"), c.fs_linkblob("x", "b"), c.invoke(["x"], "{}"), c.dup_gate(["x"], ["y"], policy),
                   c.fs_creategate("x", "a,T", "b", 128, "python"), c.fs_createredirectgate("x", "a,T", "y"),
                   c.fs_createservice("x", "a,T", "T,T", "https://x.test", "GET", "{}")]
        self.assertEqual([False] * 12, refused)

    def test_gates(self):
        self.platform.answers["create_gate"] = self.platform.answers["duplicate_gate"] = None
        self.assertTrue(self.cloudcall.fs_creategate("g", "alice/x,bob", "done-1", 128, "home:<T,faasten>:python"))
        self.assertEqual(
            {"type": "direct", "app": {"blob": "done-1"}, "runtime": "home:<T,faasten>:python", "memory_mib": 128,
             "privilege": "alice/x", "clearance": "bob"}, self._last()[1]["gate"])
        self.assertTrue(self.cloudcall.fs_createredirectgate("r", "alice,T", "g"))
        self.assertEqual({"type": "redirect", "gate": "g", "privilege": "alice", "clearance": "T"}, self._last()[1]["gate"])
        self.assertTrue(self.cloudcall.fs_createservice("s", "a,T", "b,T", "https://x.test/{y}", "post", '{"k": "v"}'))
        self.assertEqual(("POST", {"k": "v"}, "b,T"), tuple(self._last()[1]["gate"][k] for k in ("verb", "headers", "taint")))
        policy = self.cloudcall.buckle_parse("alice,bob")
        self.assertTrue(self.cloudcall.dup_gate(["home", policy, "g"], ["home", policy, "h"], policy))
        self.assertEqual(("alice", "bob"), (self._last()[1]["privilege"], self._last()[1]["clearance"]))

    def test_invoking_is_asynchronous(self):
        self.platform.answers["invoke"] = None
        self.assertTrue(self.cloudcall.invoke(["home", "g"], json.dumps({"a": 1})))
        self.assertEqual({"gate": ["home", "g"], "payload": b'{"a": 1}', "sync": False}, self._last()[1])

    def test_a_call_that_is_waited_for_answers_status_body_and_whether_it_failed(self):
        self.platform.answers["invoke"] = {"status": 201, "body": b"x", "failed": False}
        answer = self.cloudcall.invoke_sync("g", "{}", {"a": "b"}, {"photo": "done-1"}, labels.Label("alice,T"))
        self.assertEqual((201, b"x", False), (answer.status, answer.body, answer.failed))
        self.assertEqual({"gate": "g", "payload": b"{}", "sync": True, "headers": {"a": "b"}, "blobs": {"photo": "done-1"},
                          "result_label": "alice,T"}, self._last()[1])
        self.platform.answers["invoke"] = "DENIED"
        with self.assertRaises(CloudCallError):
            self.cloudcall.invoke_sync("g", "{}")
        with self.assertRaises(TypeError):
            self.cloudcall.invoke_sync("g", "{}", {"a": 1})

    def test_a_conditional_write_answers_the_new_version_or_none(self):
        self.platform.answers["write_if"] = 8
        self.assertEqual(8, self.cloudcall.fs_write_if("f", b"x", 7))
        self.platform.answers["write_if"] = "CONFLICT"
        self.assertIsNone(self.cloudcall.fs_write_if("f", b"x", 7))
        with self.assertRaises(TypeError):
            self.cloudcall.fs_write_if("f", b"x", "7")

    def test_services_answer_status_and_data(self):
        self.platform.answers["invoke_service"] = {"status": 404, "headers": {}, "body": b"no"}
        answer = self.cloudcall.invoke_service(["home", "s"], {"a": [1]})
        self.assertEqual((404, b"no"), (answer.status, answer.data))
        self.assertEqual(b'{"a": [1]}', self._last()[1]["body"])

    def test_an_event_is_one_of_cloudevents(self):
        self.platform.answers["emit"] = None
        self.cloudcall.emit("order.paid", {"n": 1}, id="7", partitionkey="k")
        told = {"specversion": "1.0", "type": "order.paid", "source": "/functions", "id": "7", "partitionkey": "k"}
        self.assertEqual(dict(told, data={"n": 1}), json.loads(self._last()[1]["event"]))
        self.cloudcall.emit("t", b"x")
        self.assertEqual("eA==", json.loads(self._last()[1]["event"])["data_base64"])

    def test_a_finished_blob_is_an_opaque_name(self):
        with self.cloudcall.create_blob() as blob:
            blob.write(b"a")
            name = blob.finalize(b"b")
        self.assertEqual(b"ab", self.cloudcall.open_blob(name).read())
        with self.assertRaises(OpenBlobError):
            self.cloudcall.open_blob("0" * 64)
        with self.assertRaises(TypeError):
            self.cloudcall.fs_linkblob("x", None)

    def test_a_blob_that_lost_a_write_is_not_finished(self):
        self.platform.answers["write_blob"] = "LIMIT"
        with self.cloudcall.create_blob() as blob:
            self.assertFalse(blob.write(b"a"))
            with self.assertRaises(CreateBlobError):
                blob.finalize(b"")

    def test_blobs_are_files_for_copyfileobj(self):
        self.platform.put("b", Node("blob", "T,T", bytes(range(256)) * 50_000))
        copied = io.BytesIO()
        with self.cloudcall.fs_openblob("b") as blob, self.cloudcall.create_blob() as new:
            shutil.copyfileobj(blob, copied)
            blob.seek(0)
            shutil.copyfileobj(blob, new)
            name = new.finalize(b"")
        self.assertEqual(bytes(range(256)) * 50_000, copied.getvalue())
        self.assertEqual(copied.getvalue(), self.platform.blobs[name])

    def test_blobs_are_files_for_pillow(self):
        try:
            sys.path.append("/usr/lib/python3/dist-packages")
            from PIL import Image
        except ImportError:
            self.skipTest("Pillow is not installed")
        for form in ("PNG", "JPEG", "GIF", "TIFF", "WEBP"):
            content = io.BytesIO()
            Image.new("RGB", (64, 32), "red").save(content, form)
            self.platform.put("p." + form, Node("blob", "T,T", content.getvalue()))
            syscall = dents.Syscall(self.platform.ask)
            with self.cloudcall.fs_openblob("p." + form) as one, syscall.root().open_at(["p." + form]) as entry:
                with entry.get() as other:
                    for blob in (one, other):
                        with Image.open(blob) as image:
                            image.thumbnail((8, 8))
                            self.assertEqual((8, 4), image.size)
            with self.cloudcall.create_blob() as new:
                Image.new("RGB", (8, 8)).save(new, "PNG" if form == "TIFF" else form)

    def test_files_that_are_created_open(self):
        with self.cloudcall.create_file("f", "T,T") as file:
            self.assertTrue(file.write(b"x"))
        with self.assertRaises(syscalls.CreateFileError):
            self.cloudcall.create_file("f")

    def test_keys_are_files(self):
        self.platform.put("home:<alice,alice>:x", Node("file"))
        c = self.cloudcall
        for key in (b"course/a/1", b"course/a", b"course/b:~%", b"top"):
            self.assertTrue(c.write_key(key, key))
            self.assertEqual(key, c.read_key(key))
        self.assertTrue(c.write_key(b"top", b"again"))
        self.assertEqual(b"again", c.read_key("top"))
        self.assertIsNone(c.read_key(b"course"))
        self.assertEqual(["course/", "top"], c.read_dir(""))
        self.assertEqual(["a", "a/", "b:~%"], c.read_dir("course/"))

    def test_changes_name_all_the_privilege_unless_asked_to_name_less(self):
        public = labels.Label("T,T")

        def changes(calls):
            self.platform.named.clear()
            calls.fs_createdir("d")
            calls.fs_createfile("d:f")
            calls.fs_createfaceted("d:x")
            calls.fs_write("d:f", b"x")
            calls.fs_write_if("d:f", b"x", 1)
            calls.fs_hardlink("d:f", "d:g")
            calls.fs_linkblob("d:b", "done-1")
            calls.fs_createredirectgate("d:r", public, "d:g")
            calls.dup_gate("d:r", "d:s", public)
            calls.fs_read("d:f")
            calls.fs_delete("d")
            return self.platform.named

        self.platform.answers.update(write_if=2, duplicate_gate=None, link_blob=None, create_faceted=None)
        operations = (
            "create_directory create_file create_faceted write_file write_if hard_link link_blob create_gate "
            "duplicate_gate delete"
        ).split()
        less = self.cloudcall.with_privilege
        parts = [(labels.Component("a/x"), "a/x"), ("a/y", "a/y"), (None, None), (False, None), (True, True)]
        for calls, named in [(self.cloudcall, True), *((less(part), text) for part, text in parts)]:
            self.assertEqual([(operation, named) for operation in operations], changes(calls))
        self.assertEqual([("create_directory", True)], changes(less(None).with_privilege(True))[:1])
        with self.assertRaises(TypeError):
            less(7)

    def test_what_is_not_offered_says_what_is(self):
        with self.assertRaisesRegex(NotImplementedError, "invoke_service"):
            self.cloudcall.github_rest_get("/repos/a/b", None)
        with self.assertRaises(AttributeError):
            self.cloudcall.dent_create_dir("T,T")


class Requirements(unittest.TestCase):
    def _unmet(self, text):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("Pillow-9.4.0.egg-info", "numpy-1.24.2.egg-info", "python_dateutil-2.8.2.dist-info"):
                open(os.path.join(folder, name), "w").close()
            file = os.path.join(folder, "requirements.txt")
            with open(file, "w", encoding="utf-8") as out:
                out.write(text)
            return requirements.unmet(file, [folder])

    def test_what_is_there_and_fits_is_met(self):
        for text in ("", "# nothing\n\n", "pillow", "Pillow==9.4.0", "Pillow (>=7.2.0)", "numpy>=1.20,<2", "numpy ~= 1.24",
                     "numpy==1.24.*", "Python-DateUtil !=1.0  # why\n", "numpy==1.24.2.0"):
            self.assertIsNone(self._unmet(text), text)

    def test_what_is_missing_or_does_not_fit_is_said(self):
        self.assertIn("there is no package flask", self._unmet("flask"))
        for text in ("Pillow==7.2.0", "numpy<1.24.2", "numpy~=1.23.0", "numpy!=1.24.*", "numpy>1.24.2"):
            self.assertIn("which is not", self._unmet(text), text)

    def test_anything_but_names_and_versions_is_refused(self):
        for line in ("-r other.txt", "--index-url https://x.test", "https://x.test/a.whl", "./a.whl", "a @ file:///x", "a[b]",
                     "a; python_version<'3'", "a==", "a=1", "a==1.0a b", "../x", "a>=1.*", "$(id)", "a" * 10 + "\0"):
            self.assertIn("this one is not", self._unmet(line), line)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
