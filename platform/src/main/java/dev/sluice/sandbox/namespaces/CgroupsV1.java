package dev.sluice.sandbox.namespaces;

import dev.sluice.sandbox.GuestSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeSet;

/// Version 1: the hierarchies of the memory, pids, cpu and cpuacct controllers, some of which may be one.
final class CgroupsV1 implements Cgroups {
    private static final int SHARES_OF_A_THREAD = 1024;

    private final Path memory;
    private final Path pids;
    private final Path cpu;
    private final Path account;

    private CgroupsV1(Path memory, Path pids, Path cpu, Path account) {
        this.memory = memory;
        this.pids = pids;
        this.cpu = cpu;
        this.account = account;
    }

    /// @throws IOException with the reason why version 1 cannot be used
    static CgroupsV1 open(List<CgroupMount> mounts, String server) throws IOException {
        var groups = new CgroupsV1(
                CgroupMount.ofController(mounts, "memory").resolve(server),
                CgroupMount.ofController(mounts, "pids").resolve(server),
                CgroupMount.ofController(mounts, "cpu").resolve(server),
                CgroupMount.ofController(mounts, "cpuacct").resolve(server));
        for (Path parent : groups.parents()) {
            Files.createDirectories(parent);
        }
        Cgroups.write(groups.cpu.resolve("cpu.shares"), Integer.toString(SHARES_OF_A_THREAD * PROCESSORS));
        return groups;
    }

    @Override
    public Cgroup create(String name, GuestSpec spec) throws IOException {
        Cgroup group = group(name);
        try {
            for (Path directory : group.directories()) {
                Files.createDirectory(directory);
            }
            limit(name, spec);
        } catch (IOException failure) {
            group.remove();
            throw failure;
        }
        return group;
    }

    private void limit(String name, GuestSpec spec) throws IOException {
        Path memoryGroup = memory.resolve(name);
        String bytes = Cgroups.bytes(spec.memoryMib());
        Cgroups.write(memoryGroup.resolve("memory.limit_in_bytes"), bytes);
        Path withSwap = memoryGroup.resolve("memory.memsw.limit_in_bytes");
        if (Files.exists(withSwap)) {
            Cgroups.write(withSwap, bytes);
        }
        Cgroups.write(pids.resolve(name).resolve("pids.max"), Cgroups.processes(spec.processesMax()));
        Path cpuGroup = cpu.resolve(name);
        Cgroups.write(cpuGroup.resolve("cpu.cfs_period_us"), Long.toString(CPU_PERIOD_MICROS));
        Cgroups.write(cpuGroup.resolve("cpu.cfs_quota_us"), Cgroups.quotaMicros(spec.cpuPercent()));
    }

    @Override
    public List<Cgroup> existing() throws IOException {
        var names = new TreeSet<String>();
        for (Path parent : parents()) {
            names.addAll(Cgroups.namesIn(parent));
        }
        return names.stream().map(this::group).toList();
    }

    private Cgroup group(String name) {
        return new Cgroup(
                parents().stream().map(parent -> parent.resolve(name)).toList(),
                memory.resolve(name).resolve("memory.oom_control"),
                counters(name));
    }

    private Cgroup.Counters counters(String name) {
        Path memoryGroup = memory.resolve(name);
        return new Cgroup.Counters(
                account.resolve(name).resolve("cpuacct.usage"),
                memoryGroup.resolve("memory.usage_in_bytes"),
                memoryGroup.resolve("memory.max_usage_in_bytes"));
    }

    @Override
    public Cgroup.Counters ofAll() {
        return counters("");
    }

    @Override
    public List<Path> parents() {
        return new ArrayList<>(new LinkedHashSet<>(List.of(memory, pids, cpu, account)));
    }
}
