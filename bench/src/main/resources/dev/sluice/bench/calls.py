"""Times each CloudCall from inside a guest: the median of many, in microseconds."""

import time


def median(name, call, rounds):
    times = []
    for at in range(rounds):
        start = time.perf_counter_ns()
        done = call(at)
        times.append(time.perf_counter_ns() - start)
        if done is False or done is None:
            raise RuntimeError("%s: call %d was refused" % (name, at))
    return sorted(times)[rounds // 2] / 1000


def handle(event, cloudcall):
    base, rounds = event["base"], event["rounds"]
    few = rounds // 10
    file, faceted, content, label = base + ":file", base + ":facets", b"x" * 200, event["label"]
    cloudcall.fs_createfile(file, label)
    cloudcall.fs_createfaceted(faceted)
    own = cloudcall.get_current_label()
    calls = {
        "round trip": (lambda _: cloudcall.get_current_label(), rounds),
        "read file": (lambda _: cloudcall.fs_read(file), rounds),
        "list directory": (lambda _: cloudcall.fs_list(base), rounds),
        "list faceted": (lambda _: cloudcall.fs_faceted_list(faceted), few),
        "taint": (lambda _: cloudcall.taint_with_label(own), rounds),
        "endorse": (lambda _: cloudcall.endorse(), rounds),
        "create directory": (lambda at: cloudcall.fs_createdir(base + ":d%d" % at, label), few),
        "create file": (lambda at: cloudcall.fs_createfile(base + ":f%d" % at, label), few),
        "write file": (lambda _: cloudcall.fs_write(file, content), few),
        "delete": (lambda at: cloudcall.fs_delete(base + ":f%d" % at), few),
    }
    return {name: median(name, call, times) for name, (call, times) in calls.items()}
