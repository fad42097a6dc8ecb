package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.invoke.LiveRuns.Following;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.run.Run;
import dev.sluice.worker.Printing;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Who hears what of the runs that are under way.
final class LiveRunsTest {
    private static final Label RUNS = Label.parse("acme/runs,acme/runs");
    private static final Label ALICES = Label.parse("acme/runs&acme/user/alice,acme/runs");
    private static final Label SECRET = Label.parse("acme/runs&acme/secret/s,T");

    private final LiveRuns live = new LiveRuns();
    private final Task reader = new Task(Label.PUBLIC, Label.parse("acme/runs,T"), Privilege.NONE);
    private final Task running = new Task(Label.parse("acme/runs,T"), Label.TOP, Privilege.NONE);

    private LiveRun begin(Label existence) {
        return begin("acme", existence);
    }

    private LiveRun begin(String organization, Label existence) {
        var run = new Run(
                UUID.randomUUID(),
                organization,
                "f",
                "",
                "",
                false,
                0,
                0,
                List.of(),
                Collections.emptySortedMap(),
                existence,
                Optional.empty());
        return live.begin(run, running);
    }

    private Following following() {
        return live.follow("acme", Optional.of("f"), () -> reader);
    }

    private static List<String> texts(List<LiveRun.Line> lines) {
        return lines.stream().map(LiveRun.Line::text).toList();
    }

    @Test
    void aRun_thatOneMayNotKnowOf_isNeitherFound_norFollowed_norMissed() {
        try (Following following = following();
                LiveRun hers = begin(ALICES);
                LiveRun _ = begin("blue", RUNS);
                LiveRun ours = begin(RUNS)) {
            assertThat(following.readings()).extracting(LiveRun.Reading::live).containsExactly(ours);
            assertThat(reader.run(() -> live.find("acme", ours.run().id()))).hasValue(ours);
            assertThat(reader.run(() -> live.find("acme", hers.run().id()))).isEmpty();
            assertThat(reader.run(() -> live.find("blue", ours.run().id()))).isEmpty();
            new Printing(hers.log()).print("hers\n");
            var reading = new LiveRun.Reading(hers);
            assertThat(reading.next(reader)).isEmpty();
            assertThat(reading.isSilent()).isTrue();
            for (int i = 0; i < Following.RUNS_MAX; i++) {
                LiveRun _ = begin(ALICES);
            }
            assertThat(following.missed()).isZero();
        }
    }

    @Test
    void whatItLearnsAboveOne_silencesIt_forGood_withItsEnd() {
        LiveRun run = begin(RUNS);
        var printing = new Printing(run.log());
        var reading = new LiveRun.Reading(run);
        printing.print("one\n");
        assertThat(texts(reading.next(reader))).containsExactly("one");
        assertThat(reading.isSilent()).isFalse();

        printing.print("two\n");
        running.observe(SECRET);
        printing.print("three\n");
        assertThat(texts(reading.next(reader))).containsExactly("two");
        assertThat(reading.isSilent()).isTrue();
        assertThat(reading.next(new Task(Label.PUBLIC, Label.TOP, Privilege.NONE)))
                .isEmpty();
        run.close();
        assertThat(live.follow("acme", Optional.of("f"), () -> reader).readings())
                .isEmpty();
    }

    @Test
    void aRunThatLearnsAboveOne_andPrintsNothing_takesNoRoomEither() {
        try (LiveRun run = begin(RUNS)) {
            var reading = new LiveRun.Reading(run);
            assertThat(reading.next(reader)).isEmpty();
            assertThat(reading.isSilent()).isFalse();
            running.observe(SECRET);
            assertThat(reading.next(reader)).isEmpty();
            assertThat(reading.isSilent()).isTrue();
        }
    }

    @Test
    void whoReadsTooSlowly_missesRuns_andIsToldHowMany() {
        var runs = new ArrayList<LiveRun>();
        try (Following following = following()) {
            for (int i = 0; i < Following.RUNS_MAX + 3; i++) {
                runs.add(begin(RUNS));
            }
            assertThat(following.readings()).hasSize(Following.RUNS_MAX);
            assertThat(following.missed()).isEqualTo(3);
            assertThat(following.missed()).isZero();
            following.done(following.readings().getFirst());
            assertThat(following.readings()).hasSize(Following.RUNS_MAX - 1);
        }
        runs.forEach(LiveRun::close);
    }

    @Test
    void whatIsKeptOfEndedRuns_isBounded_byWhatOneMayRead() {
        String large = "x".repeat(200 << 10) + "\n";
        try (Following following = following()) {
            for (int i = 0; i < 7; i++) {
                LiveRun run = begin(RUNS);
                new Printing(run.log()).print(large);
                run.close();
            }
            assertThat(following.readings()).hasSize(5);
            assertThat(following.missed()).isEqualTo(2);
        }
        running.observe(SECRET);
        try (Following following = following()) {
            for (int i = 0; i < 7; i++) {
                LiveRun run = begin(RUNS);
                new Printing(run.log()).print(large);
                run.close();
            }
            assertThat(following.missed()).isZero();
        }
    }
}
