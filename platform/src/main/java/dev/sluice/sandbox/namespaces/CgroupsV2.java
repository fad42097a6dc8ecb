package dev.sluice.sandbox.namespaces;

import dev.sluice.sandbox.GuestSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// Version 2: the one hierarchy with the memory, pids and cpu controllers.
final class CgroupsV2 implements Cgroups {
    private static final Set<String> CONTROLLERS = Set.of("memory", "pids", "cpu");
    private static final String ENABLE = "+memory +pids +cpu";
    private static final int WEIGHT_OF_A_THREAD = 100;
    private static final int WEIGHT_MAX = 10_000;
    private static final String CONTROL = "cgroup.subtree_control";

    private final Path parent;

    private CgroupsV2(Path parent) {
        this.parent = parent;
    }

    /// @param own the server's own group, as `/proc/self/cgroup` names it
    /// @throws IOException with the reason why version 2 cannot be used
    static CgroupsV2 open(List<CgroupMount> mounts, String own, String server) throws IOException {
        Path root = mounts.stream()
                .filter(CgroupMount::unified)
                .findFirst()
                .orElseThrow(() -> new IOException("no version 2 hierarchy is mounted"))
                .root();
        Path base = Files.isWritable(root) ? root : root.resolve(own.substring(1));
        String offered = Files.readString(base.resolve("cgroup.controllers")).strip();
        if (!Set.of(offered.split(" ", -1)).containsAll(CONTROLLERS)) {
            throw new IOException("version 2 at " + base + " offers only the controllers [" + offered + "]");
        }
        enable(base);
        Path parent = base.resolve(server);
        Files.createDirectories(parent);
        Cgroups.write(parent.resolve(CONTROL), ENABLE);
        Cgroups.write(
                parent.resolve("cpu.weight"), Integer.toString(Math.min(WEIGHT_OF_A_THREAD * PROCESSORS, WEIGHT_MAX)));
        return new CgroupsV2(parent);
    }

    /// Lets the groups below `base` use the controllers. Only a group without processes may do so (unless it is the
    /// root of the machine), so in a container its processes, we among them, first move into a group of their own.
    private static void enable(Path base) throws IOException {
        try {
            Cgroups.write(base.resolve(CONTROL), ENABLE);
        } catch (IOException occupied) {
            Path aside = base.resolve("sluice-server");
            Files.createDirectories(aside);
            for (String process : Files.readAllLines(base.resolve("cgroup.procs"))) {
                Cgroups.write(aside.resolve("cgroup.procs"), process);
            }
            Cgroups.write(base.resolve(CONTROL), ENABLE);
        }
    }

    @Override
    public Cgroup create(String name, GuestSpec spec) throws IOException {
        Cgroup group = group(name);
        Path directory = parent.resolve(name);
        try {
            Files.createDirectory(directory);
            Cgroups.write(directory.resolve("memory.max"), Cgroups.bytes(spec.memoryMib()));
            Path swap = directory.resolve("memory.swap.max");
            if (Files.exists(swap)) {
                Cgroups.write(swap, "0");
            }
            Cgroups.write(directory.resolve("memory.oom.group"), "1");
            Cgroups.write(directory.resolve("pids.max"), Cgroups.processes(spec.processesMax()));
            Cgroups.write(
                    directory.resolve("cpu.max"), Cgroups.quotaMicros(spec.cpuPercent()) + " " + CPU_PERIOD_MICROS);
        } catch (IOException failure) {
            group.remove();
            throw failure;
        }
        return group;
    }

    @Override
    public List<Cgroup> existing() throws IOException {
        return Cgroups.namesIn(parent).stream().map(this::group).toList();
    }

    @Override
    public List<Path> parents() {
        return List.of(parent);
    }

    private Cgroup group(String name) {
        Path directory = parent.resolve(name);
        return new Cgroup(List.of(directory), directory.resolve("memory.events"), counters(directory));
    }

    private static Cgroup.Counters counters(Path directory) {
        return new Cgroup.Counters(
                directory.resolve("cpu.stat"), directory.resolve("memory.current"), directory.resolve("memory.peak"));
    }

    @Override
    public Cgroup.Counters ofAll() {
        return counters(parent);
    }
}
