"""A function that does what its payload says."""

import os
import sys
import time

memory = {}


def told(value):
    if isinstance(value, (bytes, bytearray)):
        return value.decode("latin-1")
    if isinstance(value, dict):
        return {name: told(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [told(item) for item in value]
    return value


def meant(value, outcomes):
    """`{"octets": text}` is bytes, `{"outcome": n}` what the n-th step answered, with "field" a part of it."""
    if isinstance(value, dict) and set(value) == {"octets"}:
        return value["octets"].encode()
    if isinstance(value, dict) and "outcome" in value:
        outcome = outcomes[value["outcome"]]
        return outcome[value["field"]] if "field" in value else outcome
    if isinstance(value, dict):
        return {name: meant(item, outcomes) for name, item in value.items()}
    if isinstance(value, list):
        return [meant(item, outcomes) for item in value]
    return value


def local(what, argument, outcomes):
    if what == "raise":
        raise RuntimeError(argument)
    if what == "raise_last":
        raise RuntimeError(str(outcomes[-1]))
    if what == "print":
        print(argument)
    if what == "print_last":
        print(outcomes[-1])
    if what == "exit":
        os._exit(3)
    if what == "spin":
        end = time.monotonic() + float(argument)
        while time.monotonic() < end:
            pass
    if what == "sleep":
        time.sleep(float(argument))
    if what == "hog":
        return str(len(bytearray(int(argument))))
    if what == "remember_last":
        memory[argument] = outcomes[-1]
    if what == "recall":
        return memory.get(argument, "nothing")
    if what == "say":
        os.write(3, bytes.fromhex(argument))
        time.sleep(10)
    if what == "poison":
        global told
        told = lambda _: "poisoned"  # noqa: E731
        sys.modules["json"].dumps = lambda *_, **__: '"poisoned"'
        memory[argument] = "poisoned"
    return "done"


def handle(event, cloudcall):
    outcomes = []
    for step in event["steps"]:
        if step[0] == "!only_if":
            if outcomes[-1] != step[1]:
                break
        elif step[0].startswith("!"):
            outcomes.append(local(step[0][1:], step[1], outcomes))
        else:
            try:
                outcomes.append(told(cloudcall._ask(step[0], meant(step[1], outcomes))))
            except Exception as refused:
                outcomes.append("refused: " + getattr(refused, "code", str(refused)))
    return {"outcomes": outcomes}
