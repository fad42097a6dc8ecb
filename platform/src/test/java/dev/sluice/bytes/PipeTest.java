package dev.sluice.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class PipeTest {
    private final Pipe pipe = new Pipe();

    @Test
    void pieces_comeInTheirOrder_andThenTheEnd() throws Exception {
        Thread speaker = Thread.ofVirtual().start(() -> {
            try {
                for (int n = 0; n < 100; n++) {
                    pipe.put(Bytes.utf8("p" + n));
                }
                pipe.finish();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        var got = new ArrayList<String>();
        for (Optional<Bytes> piece = pipe.take(); piece.isPresent(); piece = pipe.take()) {
            got.add(piece.get().utf8());
        }
        speaker.join();
        assertThat(got).hasSize(100).startsWith("p0", "p1").endsWith("p99");
        assertThat(pipe.isFinished()).isTrue();
    }

    @Test
    void whoPuts_waitsForWhoTakes_untilNobodyWill() throws Exception {
        var put = new AtomicInteger();
        Thread speaker = Thread.ofVirtual().start(() -> {
            try {
                while (put.get() < 100) {
                    pipe.put(Bytes.utf8("x"));
                    put.incrementAndGet();
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        await().until(() -> put.get() == Pipe.PIECES_MAX);
        assertThat(pipe.take()).isPresent();
        await().until(() -> put.get() == Pipe.PIECES_MAX + 1);
        assertThat(speaker.isAlive()).isTrue();
        pipe.end();
        speaker.join();
        assertThat(put).hasValue(100);
        assertThat(pipe.take()).isEmpty();
    }

    @Test
    void whoWaitsForAPiece_isToldTheEnd() throws Exception {
        Thread ender = Thread.ofVirtual().start(pipe::end);
        assertThat(pipe.take()).isEmpty();
        ender.join();
    }

    @Test
    void aPieceIsBounded() {
        assertThatThrownBy(() -> pipe.put(Bytes.EMPTY)).isInstanceOf(IllegalArgumentException.class);
        Bytes large = Bytes.takeOver(new byte[Pipe.PIECE_BYTES_MAX + 1]);
        assertThatThrownBy(() -> pipe.put(large)).isInstanceOf(IllegalArgumentException.class);
    }
}
