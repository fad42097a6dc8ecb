package dev.sluice.gateway;

import dev.sluice.bytes.Bytes;
import dev.sluice.http.Cut;
import dev.sluice.http.Flow;
import dev.sluice.http.Response;
import dev.sluice.invoke.AnswerStream;
import dev.sluice.kernel.Task;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// An answer that leaves while its run makes it, each chunk as far as whoever asks may have it when it leaves.
///
/// Until a first chunk has come that may leave there is no answer, and it can still be that of a run whose answer comes
/// answers. After it there are two ends: the end of the body, if all of it has left and the run succeeded; and for
/// everything else, at the moment at which such an answer would have been refused, a connection that is cut. Whoever
/// leaves, or takes nothing until the connection's idle time is up, ends the run.
///
/// @param reader what whoever asks may have now; asked for each chunk
/// @param isServed whether the endpoint is still there; asked every [#BEAT]
/// @param body   that the run reads; ends with it
/// @param upgrade whoever asks wants to speak on with the run
record LiveAnswer(
        AnswerStream answer,
        StreamForm form,
        Supplier<Task> reader,
        BooleanSupplier isServed,
        Optional<KeptBody> body,
        Optional<WebSocketUpgrade> upgrade)
        implements AutoCloseable {
    static final Duration BEAT = Duration.ofSeconds(5);

    /// A run that is spoken with ends by itself when whoever speaks has left, or after these it is canceled.
    private static final int FAREWELL_BEATS = 2;

    /// Waits for the first chunk that may leave, or the end.
    ///
    /// @throws dev.sluice.kernel.Refused as [dev.sluice.invoke.Invocations#invoke]
    Response begun(Answers answers) throws InterruptedException {
        boolean isHandedOver = false;
        try {
            Optional<Bytes> first = Optional.empty();
            while (first.isEmpty() && !answer.isOver()) {
                first = answer.next(reader.get(), BEAT);
            }
            Optional<Response> early = first.isEmpty() ? ended(answers) : Optional.empty();
            if (early.isPresent()) {
                return early.get();
            }
            Optional<Response> opened =
                    first.flatMap(head -> upgrade.flatMap(wanted -> wanted.accepted(head, this::spoken)));
            if (opened.isPresent()) {
                isHandedOver = true;
                return opened.get();
            }
            Optional<Bytes> begins =
                    first.isPresent() && form.hasBodyInFirst() ? form.piece(first.get()) : Optional.of(Bytes.EMPTY);
            Optional<StatedHead> stated = form.head(first);
            if (stated.isEmpty() || begins.isEmpty()) {
                return answers.failed(false, answer.run());
            }
            StatedHead head = stated.get();
            Bytes beginning = begins.get();
            Response flowing = head.with(out -> {
                try (this) {
                    out.write(beginning);
                    rest(head, out);
                }
            });
            body.ifPresent(KeptBody::keepLonger);
            isHandedOver = true;
            return flowing;
        } finally {
            if (!isHandedOver) {
                close();
            }
        }
    }

    /// @return empty if it has succeeded, and yielded nothing
    private Optional<Response> ended(Answers answers) throws InterruptedException {
        AnswerStream.End end = answer.end();
        if (answer.isSilent()) {
            return Optional.of(answers.withheld());
        }
        boolean isEmptyStream = end.isChunked() && end.view().output().isPresent();
        return isEmptyStream ? Optional.empty() : Optional.of(answers.told(end.view()));
    }

    @Override
    public void close() {
        answer.close();
        body.ifPresent(KeptBody::end);
    }

    private void beat(StatedHead head, Flow.Sink out) throws IOException {
        if (!isServed.getAsBoolean()) {
            throw new Cut();
        }
        Optional<Bytes> comment = form.beat();
        if (comment.isPresent() && head.hasBody()) {
            out.write(comment.get());
        }
    }

    /// Whoever has said all has left: WebSocket has no connections of one direction.
    private boolean isLeft() {
        return upgrade.filter(spoken -> spoken.said().isFinished()).isPresent();
    }

    private void spoken(Flow.Sink out) throws IOException, InterruptedException {
        try (this) {
            rest(StatedHead.of(StatedHead.TYPE), out);
        }
    }

    /// The beats come when they are due, whatever comes that does not leave: they tell nothing of it.
    private void rest(StatedHead head, Flow.Sink out) throws IOException, InterruptedException {
        long nextBeat = System.nanoTime() + BEAT.toNanos();
        int beatsAfterEnd = 0;
        while (!answer.isOver()) {
            Duration untilBeat = Duration.ofNanos(Math.max(0, nextBeat - System.nanoTime()));
            Optional<Bytes> chunk = answer.next(reader.get(), untilBeat);
            if (chunk.isPresent()) {
                Bytes piece = form.piece(chunk.get()).orElseThrow(Cut::new);
                if (head.hasBody()) {
                    out.write(piece);
                }
            }
            if (System.nanoTime() - nextBeat >= 0) {
                nextBeat += BEAT.toNanos();
                beat(head, out);
                beatsAfterEnd += isLeft() ? 1 : 0;
                if (beatsAfterEnd > FAREWELL_BEATS) {
                    throw new Cut();
                }
            }
        }
        AnswerStream.End end = answer.end();
        if (answer.isSilent() || end.view().output().isEmpty()) {
            throw new Cut();
        }
    }
}
