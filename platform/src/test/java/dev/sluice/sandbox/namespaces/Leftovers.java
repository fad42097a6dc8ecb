package dev.sluice.sandbox.namespaces;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What guests of a driver have left on this host: processes of their user ids, control groups, mounts, files.
public final class Leftovers {
    /// Away from those of servers, and of other tests, that run on the same machine.
    public static final int FIRST_UID =
            1_950_000_000 + NamespaceDriver.GUESTS_MAX * Integer.getInteger("sluice.test.fork", 0);

    private static final Set<String> KEPT = Set.of("guests.sock", "launcher", "lock", "roots");

    private Leftovers() {}

    public static List<String> of(Path directory) throws IOException {
        var found = new ArrayList<String>();
        processes().forEach(process -> found.add("process " + process));
        for (Path group : groups(directory)) {
            found.add("group " + group);
        }
        try (var mounts = Files.lines(Host.MOUNTINFO)) {
            mounts.filter(line -> line.contains(directory.toString())).forEach(found::add);
        }
        if (Files.exists(directory)) {
            try (var files = Files.list(directory)) {
                files.map(file -> file.getFileName().toString())
                        .filter(name -> !KEPT.contains(name))
                        .forEach(found::add);
            }
        }
        return found;
    }

    /// Ids of live processes that run as a guest's user.
    public static List<Long> processes() throws IOException {
        var found = new ArrayList<Long>();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                long uid = liveUser(process);
                if (uid >= FIRST_UID && uid < FIRST_UID + NamespaceDriver.GUESTS_MAX) {
                    found.add(Long.parseLong(process.getFileName().toString()));
                }
            }
        }
        return found;
    }

    /// The live processes in the control groups of the driver in `directory`, and as whom they run.
    static Map<Long, Long> usersOfGuests(Path directory) throws IOException {
        var users = new TreeMap<Long, Long>();
        for (Path group : groups(directory)) {
            for (String process : Files.readAllLines(group.resolve("cgroup.procs"))) {
                users.put(Long.parseLong(process), liveUser(Path.of("/proc", process)));
            }
        }
        return users;
    }

    /// 0 also for a process that is dead but for its entry in the table: it has no memory any more.
    private static long liveUser(Path process) {
        try {
            List<String> status = Files.readAllLines(process.resolve("status"));
            return status.stream().noneMatch(line -> line.startsWith("VmSize:"))
                    ? 0
                    : status.stream()
                            .filter(line -> line.startsWith("Uid:"))
                            .mapToLong(line -> Long.parseLong(line.split("\t", 3)[1]))
                            .findFirst()
                            .orElse(0);
        } catch (IOException gone) {
            return 0;
        }
    }

    /// The control groups of guests of the driver in `directory`.
    private static List<Path> groups(Path directory) throws IOException {
        return parents(directory).stream().flatMap(Leftovers::below).toList();
    }

    /// The groups that those are in.
    static List<Path> parents(Path directory) throws IOException {
        return hierarchies(directory).filter(Files::isDirectory).toList();
    }

    /// A new group as of a guest of the driver in `directory`.
    static Path groupFor(Path directory) throws IOException {
        Files.createDirectories(directory);
        var pids = CgroupMount.ofController(CgroupMount.all(Host.MOUNTINFO), "pids");
        return Files.createDirectories(
                pids.resolve(Host.groupName(directory.toRealPath())).resolve("g1"));
    }

    private static Stream<Path> hierarchies(Path directory) throws IOException {
        String name = Host.groupName(directory);
        return CgroupMount.all(Host.MOUNTINFO).stream()
                .map(mount -> mount.root().resolve(name));
    }

    private static Stream<Path> below(Path parent) {
        try (var groups = Files.list(parent)) {
            return groups.filter(Files::isDirectory).toList().stream();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
