package dev.sluice.sandbox.namespaces;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.util.List;

final class CgroupsV2Test extends CgroupsContract {
    @Override
    Cgroups open(List<CgroupMount> mounts, String server) {
        try {
            return CgroupsV2.open(mounts, Host.ownGroup(), server);
        } catch (IOException lacking) {
            return abort("PENDING on this host, control groups version 2: " + lacking.getMessage());
        }
    }

    @Override
    List<Limit> limits() {
        return List.of(
                new Limit("memory.max", "67108864"),
                new Limit("memory.oom.group", "1"),
                new Limit("pids.max", "12"),
                new Limit("cpu.max", "50000 100000"));
    }
}
