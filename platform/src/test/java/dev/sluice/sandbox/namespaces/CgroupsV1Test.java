package dev.sluice.sandbox.namespaces;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.util.List;

final class CgroupsV1Test extends CgroupsContract {
    @Override
    Cgroups open(List<CgroupMount> mounts, String server) {
        try {
            return CgroupsV1.open(mounts, server);
        } catch (IOException lacking) {
            return abort("PENDING on this host, control groups version 1: " + lacking.getMessage());
        }
    }

    @Override
    List<Limit> limits() {
        return List.of(
                new Limit("memory.limit_in_bytes", "67108864"),
                new Limit("pids.max", "12"),
                new Limit("cpu.cfs_period_us", "100000"),
                new Limit("cpu.cfs_quota_us", "50000"));
    }
}
