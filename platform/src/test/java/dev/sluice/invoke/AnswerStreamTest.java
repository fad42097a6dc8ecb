package dev.sluice.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.run.Run;
import dev.sluice.run.Run.View;
import dev.sluice.worker.Cancellation;
import dev.sluice.worker.Chunks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/// What of a run's answer leaves, chunk for chunk.
final class AnswerStreamTest {
    private static final Label RUNS = Label.parse("acme/runs,T");
    private static final Label SECRET = Label.parse("acme/runs&acme/secret/s,T");
    private static final Run RUN = new Run(
            UUID.randomUUID(),
            "acme",
            "f",
            "",
            "",
            true,
            0,
            0,
            List.of(),
            Collections.emptySortedMap(),
            RUNS,
            Optional.empty());

    private final Task reader = new Task(
            Label.PUBLIC, RUNS, Privilege.mintTcb(Label.parse("acme/runs,T").secrecy()));
    private final AnswerStream stream = new AnswerStream(Optional.empty());

    private Chunks begun(Component declassify) throws InterruptedException {
        var chunks = new LinkedBlockingQueue<Chunks>();
        stream.begin(() -> {
            chunks.add(stream.begun(RUN, label -> label.release(declassify), new Cancellation()));
            return new View(RUN, Optional.empty(), Optional.empty(), Optional.empty());
        });
        return chunks.take();
    }

    private static void yields(Chunks chunks, Label label, String json) throws InterruptedException {
        new Task(label, Label.TOP, Privilege.NONE).run(() -> {
            chunks.take(Bytes.utf8(json), () -> false);
            return true;
        });
    }

    private List<String> all() throws InterruptedException {
        var all = new ArrayList<String>();
        for (int n = 0; n < 5; n++) {
            stream.next(reader, Duration.ofMillis(10)).map(Bytes::utf8).ifPresent(all::add);
        }
        return all;
    }

    @Test
    void fromTheFirstChunk_thatMayNotLeave_nothingDoes_whateverItsLabel() throws InterruptedException {
        Chunks chunks = begun(Component.TRUE);
        yields(chunks, RUNS, "1");
        yields(chunks, SECRET, "2");
        yields(chunks, RUNS, "3");
        assertThat(all()).containsExactly("1");
        assertThat(stream.end().isWithheld()).isTrue();
    }

    @Test
    void aChunk_isReleased_asAnAnswerIs() throws InterruptedException {
        Chunks chunks = begun(Label.parse("acme/secret/s,T").secrecy());
        yields(chunks, SECRET, "1");
        yields(chunks, Label.parse("acme/runs&acme/secret/other,T"), "2");
        assertThat(all()).containsExactly("1");
    }
}
