# What a function of the tester does in a real guest: the same as Interpreter.java, which says what a program is.
import os
import time

RELEASING = ("declassify", "invoke", "invoke_service")
CERTAIN = ("taint_with_label", "current_label", "parse_label")
MEMORY = []
SEEN_CHARS_MAX = 4000


class End(Exception):
    def __init__(self, kind):
        super().__init__(kind)
        self.kind = kind


def show(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(show, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join("%s:%s" % (name, show(value[name])) for name in sorted(value)) + "}"
    return str(value)


def may_call(operation):
    if TRUST == "constant":  # noqa: F821 (the first line of the package)
        return operation in CERTAIN
    return TRUST == "anything" or operation not in RELEASING  # noqa: F821


class Run:
    def __init__(self, program, ask):
        self.ask, self.secret = ask, program.get("secret", "")
        self.seen, self.last, self.handle = [], "", ""

    def everything(self):
        return ("\n".join(self.seen) + self.secret)[-SEEN_CHARS_MAX:]

    def text(self, text):
        known = {"$last": self.last, "$secret": self.secret, "$handle": self.handle}
        return self.everything() if text == "$seen" else known.get(text, text)

    def value(self, given):
        if isinstance(given, str):
            return self.text(given)
        if isinstance(given, list):
            return [self.value(item) for item in given]
        if isinstance(given, dict):
            if "$bytes" in given:
                return self.text(given["$bytes"]).encode()
            if "$json" in given:
                import json

                program = dict(given["$json"])
                if "secret" in program:
                    program["secret"] = self.text(program["secret"])
                return json.dumps(program).encode()
            return {name: self.value(item) for name, item in given.items()}
        return given

    def all(self, ops):
        for op in ops:
            self.one(op)

    def one(self, op):
        word = op[0]
        if word == "if":
            self.all(op[2] if op[1] in self.last else op[3])
        elif word == "remember":
            MEMORY.append(self.everything())
        elif word == "recall":
            self.seen.append("remembered " + "".join(MEMORY))
        elif word == "print":
            print(self.everything())
        elif word in ("fail", "exit", "hang", "return"):
            raise End(word)
        elif may_call(word):
            self.call(word, self.value(op[1]))

    def call(self, operation, arguments):
        try:
            answer = self.ask(operation, arguments)
            self.last = "%s OK %s" % (operation, show(answer))
            if isinstance(answer, str):
                self.handle = answer
            elif isinstance(answer, dict) and "handle" in answer:
                self.handle = show(answer["handle"])
        except Exception as refused:
            self.last = "%s %s" % (operation, getattr(refused, "code", type(refused).__name__))
        self.seen.append(self.last)


def handle(event, cloudcall):
    run, end = Run(event, cloudcall.with_privilege(None)._ask), event.get("end", "return")
    try:
        run.all(event.get("do", ()))
    except End as early:
        end = end if TRUST == "constant" else early.kind  # noqa: F821
    if end == "fail":
        raise RuntimeError(run.everything())
    if end == "exit":
        os._exit(0)
    if end == "hang":
        time.sleep(60)
    return "done" if TRUST == "constant" else run.everything()  # noqa: F821
