"""Tests of examples/faasten/functions/fsutil against the platform in memory. Usage: python3 test_fsutil.py"""

import base64
import importlib.util
import json
import os
import sys
import unittest

_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [_HERE, _HERE + "/sluice_guest/modules"]
from fake_platform import Node, Platform  # noqa: E402
from sluice_guest import dents  # noqa: E402

_PATH = os.path.join(_HERE, "../../examples/faasten/functions/fsutil/workload.py")
_SPEC = importlib.util.spec_from_file_location("workload", _PATH)
workload = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(workload)


def text(content):
    return base64.b64encode(content).decode()


class Fsutil(unittest.TestCase):
    def setUp(self):
        self.platform = Platform(label="alice,T")
        self.platform.put("home", Node("faceted"))
        self.home = ["home", "alice,alice"]

    def _raw(self, op, blobs=None, **args):
        syscall = dents.Syscall(self.platform.ask)
        blobs = syscall.receive_blobs(blobs or {})
        payload = json.dumps({"op": op, "args": args}).encode()
        return workload.handle(syscall, payload=payload, blobs=blobs, headers={}, invoker=[])

    def _ask(self, op, blobs=None, **args):
        response = self._raw(op, blobs, **args)
        self.assertEqual(200, response.status_code())
        return json.loads(response.body_to_bytes())

    def _declassified(self):
        return [arguments["secrecy"] for operation, arguments in self.platform.seen if operation == "declassify"]

    def test_ping(self):
        self.assertEqual({"success": True, "value": "pong"}, self._ask("ping"))

    def test_files_are_made_written_read_and_removed(self):
        self.assertTrue(self._ask("mkdir", base=self.home, name="d", label="alice,alice")["success"])
        self.assertTrue(self._ask("mkfile", base=[*self.home, "d"], name="f", label="alice,alice")["success"])
        self.assertEqual({"success": True}, self._ask("write", path=[*self.home, "d", "f"], data=text(b"\0x")))
        self.assertEqual({"success": True, "value": text(b"\0x")}, self._ask("read", path=[*self.home, "d", "f"]))
        self.assertEqual({"success": True, "value": {"f": 1}}, self._ask("ls", path=[*self.home, "d"]))
        self.assertEqual(b"\0x", self._raw("cat", path=[*self.home, "d", "f"]).body_to_bytes())
        self.assertEqual([], self._declassified())
        removed = self._ask("unlink", base=[*self.home, "d"], name="f")
        self.assertTrue(removed["success"])
        self.assertFalse(self._ask("unlink", base=[*self.home, "d"], name="f")["success"])

    def test_writing_to_what_is_less_secret_declassifies_to_just_that(self):
        self.platform.put("home:<T,alice>:x", Node("file", "alice/x,alice", b""))
        self.assertTrue(self._ask("write", path=["home", "T,alice", "x"], data="")["success"])
        self.assertEqual(["alice/x"], self._declassified())
        self.assertTrue(self._ask("mkdir", base=["home", "T,alice"], name="d")["success"])
        self.assertEqual(["alice/x", "T"], self._declassified())

    def test_reading_declassifies_nothing(self):
        self.platform.put("home:<T,alice>:x", Node("file", "T,alice", b"y"))
        for op in ("read", "ls", "cat"):
            self._ask(op, path=["home", "T,alice"])
        self.assertEqual([], self._declassified())

    def test_what_is_missing_is_an_open_error(self):
        for op in ("ls", "write", "cat", "upgate", "invoke"):
            self.assertEqual("OpenError", self._ask(op, path=["nowhere"], data="")["error"]["type"])
        self.assertEqual({"success": False, "value": ""}, self._ask("read", path=["nowhere"]))
        self.assertEqual("OpenError", self._ask("mkdir", base=["nowhere"], name="x")["error"]["type"])

    def test_a_failed_create_links_nothing(self):
        self.platform.answers["create_unlinked"] = "DENIED"
        self.platform.answers["create_gate"] = "DENIED"
        self.platform.blobs["b"] = b""
        for op, more in (("mkdir", {}), ("mkfile", {}), ("mkfaceted", {}), ("mkgate", {"gate": ["home"]}),
                         ("mksvc", {"taint": "T", "url": "https://x.test", "verb": 1})):
            answer = self._ask(op, base=self.home, name="x", privilege="T", clearance="T", **more)
            self.assertEqual({"success": False, "value": 0}, answer, op)
        self.assertEqual({"success": False, "fds": [0]}, self._ask("mkblob", {"f": "b"}, base=self.home))
        self.assertNotIn("hard_link", [operation for operation, _ in self.platform.seen])

    def test_lists_of_facets_are_labels_in_protobufs_json(self):
        self.platform.put("home:<alice,alice>:x", Node("file"))
        (facet,) = self._ask("ls", path=["home"])["value"]
        self.assertEqual([{"principals": [{"tokens": ["alice"]}]}], facet["secrecy"]["clauses"]["clauses"])

    def test_gates_are_made_of_uploaded_images_and_changed(self):
        self.platform.blobs["image"] = b"archive"
        self.platform.put("python", Node("blob", "T,T", b"python3"))
        made = self._ask("mkgate", {"app_image": "image"}, base=self.home, name="g", label="T,alice", privilege="alice",
                         clearance="alice|bob", memory=128, app_image="@image", kernel="kernel", runtime=["python"], gate=None)
        self.assertTrue(made["success"], made)
        gate = self.platform._walk("home:<alice,alice>:g").content
        self.assertEqual(("direct", "alice", "alice|bob", 128), tuple(gate[k] for k in ("type", "privilege", "clearance", "memory_mib")))
        self.assertEqual("T", self._declassified()[-1])
        path = [*self.home, "g"]
        self.assertEqual({"success": True}, self._ask("upgate", path=path, memory=256, clearance="T"))
        self.assertEqual((256, "T"), (gate["memory_mib"], gate["clearance"]))
        self.assertFalse(self._ask("upgate", path=path, clearance="T")["success"])
        self.assertIn("error", self._ask("upgate", path=path, clearance="T"))
        self.assertTrue(self._ask("mkgate", base=self.home, name="r", label="T,T", privilege="T", clearance="T", gate=path)["success"])
        self.assertIn("direct", self._ask("ls", path=path)["value"])

    def test_blobs_are_linked_by_their_files_names(self):
        self.platform.blobs.update(a=b"1", b=b"2")
        answer = self._ask("mkblob", {"x.jpg": "a", "y.jpg": "b"}, base=self.home, label="alice,T")
        self.assertTrue(answer["success"])
        self.assertEqual({"x.jpg": 5, "y.jpg": 5}, self._ask("ls", path=self.home)["value"])
        self.assertEqual(b"2", self._raw("cat", path=[*self.home, "y.jpg"]).body_to_bytes())

    def test_services_are_made_and_called(self):
        made = self._ask("mksvc", base=self.home, name="s", label=None, privilege="T", clearance="T", taint="alice",
                         url="https://x.test/{a}", verb=2, headers={"k": "v"})
        self.assertTrue(made["success"], made)
        form = self.platform._walk("home:<alice,alice>:s").content
        self.assertEqual(("POST", "alice,T", {"k": "v"}), (form["verb"], form["taint"], form["headers"]))
        self.platform.answers["invoke_service"] = {"status": 200, "headers": {}, "body": b"web"}
        answer = self._ask("invoke", path=[*self.home, "s"], sync=True, payload=text(b"p"), params={"a": "b"})
        self.assertEqual({"success": True, "fd": 0, "data": text(b"web")}, answer)
        self.platform.answers["invoke_service"] = "DENIED"
        self.assertIn("error", self._ask("invoke", path=[*self.home, "s"], sync=True, payload="", params={}))

    def test_nonsense_is_answered(self):
        for payload in (b"", b"[]", b"{}", b'{"op":[]}', b'{"op":"rm"}', b'{"op":"ls","args":[1]}', b'{"op":"ls"}',
                        b'{"op":"ls","args":{"path":[1]}}', b'{"op":"mkdir","args":{"base":["home"],"name":1}}',
                        b'{"op":"write","args":{"path":["home"],"data":"!"}}'):
            answer = workload.handle(dents.Syscall(self.platform.ask), payload=payload)
            self.assertFalse(json.loads(answer.body_to_bytes())["success"], payload)
        for label in ("no label", "a,b!", 7):
            self.assertIn("error", self._ask("mkdir", base=self.home, name="x", label=label))
        for component in ("a,b", "T!", None):
            self.assertIn("error", self._ask("mkgate", base=self.home, name="x", privilege=component, clearance="T"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
