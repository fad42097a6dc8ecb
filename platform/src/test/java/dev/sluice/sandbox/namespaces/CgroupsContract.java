package dev.sluice.sandbox.namespaces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.sluice.sandbox.GuestSpec;
import dev.sluice.sandbox.Guests;
import dev.sluice.sandbox.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What both versions of control groups do for guests. Of 64 MiB, 10 processes and half a processor.
abstract class CgroupsContract {
    private static final GuestSpec SPEC =
            new GuestSpec("python3", List.of("/usr/bin/python3"), 64, 10, 8, 50, Guests.BOOT);

    private Cgroups groups;

    /// Aborts the test, and says why, where this host lacks them.
    abstract Cgroups open(List<CgroupMount> mounts, String server) throws IOException;

    /// File of a group's directory → what is in it for [#SPEC].
    abstract List<Limit> limits();

    record Limit(String file, String content) {}

    @BeforeEach
    void openGroups() throws IOException {
        groups = open(CgroupMount.all(Host.MOUNTINFO), "sluice-test-" + UUID.randomUUID());
    }

    @AfterEach
    void removeGroups() throws IOException {
        if (groups != null) {
            groups.existing().forEach(Cgroup::remove);
            groups.removeParents();
        }
    }

    @Test
    void aGroup_hasItsLimits() throws IOException {
        Cgroup group = groups.create("g1", SPEC);
        for (Limit limit : limits()) {
            assertThat(group.directories().stream()
                            .map(directory -> directory.resolve(limit.file()))
                            .filter(Files::exists))
                    .as(limit.file())
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(file).content().isEqualTo(limit.content() + "\n"));
        }
        assertThat(group.ranOutOfMemory()).isFalse();
    }

    @Test
    void aGroup_isRemovedOnlyWhenItsProcessesAreGone() throws Exception {
        Cgroup group = groups.create("g1", SPEC);
        Process inside = new ProcessBuilder("/usr/bin/sleep", "600").start();
        for (Path directory : group.directories()) {
            Cgroups.write(directory.resolve("cgroup.procs"), Long.toString(inside.pid()));
        }
        assertThat(group.remove()).isFalse();
        assertThat(inside.isAlive()).isTrue();
        group.killAll();
        assertThat(inside.waitFor(Duration.ofSeconds(20))).isTrue();
        assertThat(group.remove()).isTrue();
        assertThat(group.remove()).as("once more").isTrue();
    }

    @Test
    void aGroupsUse_isItsProcesses_andItsServersToo_whenTheyAreGone() throws Exception {
        Cgroup group = groups.create("g1", SPEC);
        assertThat(group.counters().read().cpuMicros()).isZero();
        var shell = new ProcessBuilder("/bin/sh", "-c", "read go; i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done")
                .start();
        for (Path directory : group.directories()) {
            Cgroups.write(directory.resolve("cgroup.procs"), Long.toString(shell.pid()));
        }
        shell.outputWriter().write("go\n");
        shell.outputWriter().flush();
        assertThat(shell.waitFor(Duration.ofSeconds(60))).isTrue();
        Usage used = group.counters().read();
        assertThat(used.cpuMicros()).isGreaterThan(1_000);
        assertThat(group.remove()).isTrue();
        assertThat(groups.ofAll().read().cpuMicros()).isGreaterThanOrEqualTo(used.cpuMicros());
        assertThatIOException().isThrownBy(() -> group.counters().read());
    }

    @Test
    void groupsOfAnEarlierServer_areFound() throws IOException {
        Cgroup one = groups.create("g1", SPEC);
        Cgroup two = groups.create("g2", SPEC);
        assertThat(groups.existing()).containsExactlyInAnyOrder(one, two);
        assertThat(one.remove()).isTrue();
        assertThat(groups.existing()).containsExactly(two);
    }

    @Test
    void aGroupThatCannotBeMade_leavesNothing() throws IOException {
        Cgroup first = groups.create("g1", SPEC);
        assertThatIOException().isThrownBy(() -> groups.create("g1/missing/g2", SPEC));
        assertThat(groups.existing()).containsExactly(first);
    }
}
