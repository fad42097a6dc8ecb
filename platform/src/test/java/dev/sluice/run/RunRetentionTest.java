package dev.sluice.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.run.Run.Content;
import dev.sluice.run.Run.Output;
import dev.sluice.run.Run.Status;
import dev.sluice.run.Run.View;
import dev.sluice.run.RunRetention.Rules;
import dev.sluice.run.Runs.Durability;
import dev.sluice.run.Runs.Wanted;
import dev.sluice.store.MemoryStore;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RunRetentionTest {
    private static final Label ACMES = Label.parse("acme/runs,acme/runs");
    private static final Label ALICES = Label.parse("acme/runs&acme/user/alice,acme/runs");
    private static final Duration EVER = Duration.ofDays(10_000);

    private final AtomicLong millis = new AtomicLong(1_700_000_000_000L);
    private final InstantSource source = () -> Instant.ofEpochMilli(millis.incrementAndGet());
    private final Clock clock = source.withZone(ZoneOffset.UTC);
    private final MemoryStore store = new MemoryStore();
    private final Runs runs = new Runs(store, clock);
    private final RunIds ids = new RunIds(clock, new SecureRandom());

    @Test
    void runsThatAreOld_areForgotten_whole() {
        UUID old = ended("acme", ACMES);
        millis.addAndGet(Duration.ofDays(2).toMillis());
        UUID young = ended("acme", ACMES);
        UUID others = ended("blue", Label.parse("blue/runs,blue/runs"));
        prune(Duration.ofDays(1), 100);
        assertThat(listed(Optional.empty())).containsExactly(young);
        assertThat(listed(Optional.of("hello"))).containsExactly(young);
        assertThat(store.get(RunKeys.content("acme", old))).isEmpty();
        assertThat(store.get(RunKeys.output("acme", old))).isEmpty();
        assertThat(store.get(RunKeys.existence("blue", others))).isPresent();
    }

    @Test
    void ofTooMany_theNewestAreKept_eachLabelCountedApart() {
        UUID first = ended("acme", ACMES);
        UUID second = ended("acme", ACMES);
        for (int i = 0; i < 5; i++) {
            ended("acme", ALICES);
        }
        prune(EVER, 2);
        assertThat(listed(Optional.empty())).contains(first, second).hasSize(4);
        UUID third = ended("acme", ACMES);
        prune(EVER, 2);
        assertThat(listed(Optional.empty()))
                .contains(second, third)
                .doesNotContain(first)
                .hasSize(4);
    }

    @Test
    void whatRunsOrWaits_isKept() throws InterruptedException {
        Run running = newRun("acme", ACMES);
        runs.begin(running);
        millis.addAndGet(Runs.RECORD_AFTER.toMillis());
        runs.recordLongRuns();
        Run waiting = newRun("acme", ACMES);
        runs.queue().add(queued(waiting), Optional.empty());
        millis.addAndGet(Duration.ofDays(2).toMillis());
        prune(Duration.ofDays(1), 0);
        assertThat(listed(Optional.empty())).containsExactlyInAnyOrder(running.id(), waiting.id());
        runs.end(running, content(), Durability.BEHIND);
        prune(Duration.ofDays(1), 0);
        assertThat(listed(Optional.empty())).containsExactly(waiting.id());
    }

    @Test
    void anIdempotencyKey_goesWithItsRun() {
        Bytes scope = Bytes.utf8("scope");
        Run first = newRun("acme", ACMES);
        assertThat(runs.claim(first, claim(scope))).isEmpty();
        runs.end(first, content(), Durability.BEFORE_THE_ANSWER);
        prune(EVER, 1);
        assertThat(runs.claim(newRun("acme", ACMES), claim(scope))).contains(first.id());
        prune(EVER, 0);
        assertThat(runs.claim(newRun("acme", ACMES), claim(scope))).isEmpty();
    }

    private void prune(Duration age, long count) {
        new RunRetention(store, new Rules(age, count), clock).prune("acme");
    }

    private UUID ended(String organization, Label existence) {
        Run run = newRun(organization, existence);
        runs.begin(run);
        runs.end(run, content(), Durability.BEHIND);
        return run.id();
    }

    private Run newRun(String organization, Label existence) {
        long now = clock.millis();
        return new Run(
                ids.next(),
                organization,
                "hello",
                "id",
                "faas",
                true,
                now,
                now + 1000,
                List.of(),
                new TreeMap<>(),
                existence,
                Optional.empty());
    }

    private static Content content() {
        Bytes large = Bytes.utf8('"' + "x".repeat(100_000) + '"');
        return new Content(
                Status.READY,
                1,
                ACMES,
                ACMES,
                Bytes.utf8("{}"),
                Optional.of(Output.json(large)),
                Optional.empty(),
                List.of(),
                List.of());
    }

    private static Queued queued(Run run) {
        return new Queued(
                run,
                "/a",
                ACMES,
                Component.parse("acme/runs"),
                Component.TRUE,
                new Queued.Given(Bytes.utf8("{}"), Bytes.utf8("{}"), List.of(), Map.of(), Map.of()),
                4,
                false,
                false,
                Queued.Tries.ONE);
    }

    private List<UUID> listed(Optional<String> function) {
        Label clearance = Label.parse("acme/runs&acme/user/alice,T");
        return new Task(Label.PUBLIC, clearance, Privilege.NONE)
                .run(() -> runs.list("acme", new Wanted(function, List.of()), Optional.empty(), 100)).stream()
                        .map(View::run)
                        .map(Run::id)
                        .toList();
    }

    private static Claim claim(Bytes scope) {
        return new Claim(scope, Digest.of(scope));
    }
}
