package dev.sluice.driver;

import dev.sluice.bytes.Bytes;
import dev.sluice.sandbox.Sandbox;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.json.JsonMapper;

/// A driver's program at work, and the server's end of its connection; `guest/python/driver.py` says what goes over
/// it. Everything that comes over it is hostile.
///
/// One thread serves it; any thread asks or closes it.
public final class DriverGuest implements AutoCloseable {
    /// Of what a program posts at once, and of what it is asked and answers.
    public static final int BODY_BYTES_MAX = 1 << 20;

    /// Asked at a time, from outside.
    private static final int ASKED_MAX = 16;

    private static final int FRAME_BYTES_MAX = BODY_BYTES_MAX + 1024;
    private static final int UNSENT_MAX = 64;
    private static final Duration BEGUN_WITHIN = Duration.ofSeconds(20);
    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(30);
    private static final int STATUS_MIN = 200;
    private static final int STATUS_MAX = 599;
    private static final int BUSY = 503;
    private static final int BAD_GATEWAY = 502;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Sandbox sandbox;
    private final SocketChannel channel;
    private final DriverLog log;
    private final Runnable ended;
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private final BlockingQueue<ByteBuffer> unsent = new ArrayBlockingQueue<>(UNSENT_MAX);
    private final Map<Integer, BlockingQueue<Answer>> asked = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private volatile boolean isStarted;

    /// What becomes of what a program posts.
    public interface Inbox {
        /// @return how it is answered
        Taken take(Bytes body);
    }

    public record Taken(int status, String text) {}

    /// What somebody outside asks a program.
    ///
    /// @param path with the query
    public record Question(String method, String path, Map<String, String> headers, Bytes body) {
        public Question {
            headers = Map.copyOf(headers);
        }
    }

    /// What a program says to that: as hostile as it is.
    public record Answer(int status, String contentType, Bytes body) {
        static Answer of(int status) {
            return new Answer(status, "", Bytes.EMPTY);
        }
    }

    private record Frame(char kind, ByteBuffer body) {}

    DriverGuest(Sandbox sandbox, DriverLog log, Runnable ended) {
        this.sandbox = sandbox;
        this.channel = sandbox.channel();
        this.log = log;
        this.ended = ended;
    }

    /// Has the program started. Closed if it cannot be.
    void begin(Map<String, ?> job) throws DriverFailed, InterruptedException {
        Thread watch = Thread.ofVirtual().name("driver-start").start(this::closeIfLate);
        try {
            require(receive().kind() == 'H');
            send(frame('J', ByteBuffer.wrap(JSON.writeValueAsBytes(job))));
            isStarted = receive().kind() == 'S';
        } catch (IOException gone) {
            isStarted = false;
        } finally {
            watch.interrupt();
            if (!isStarted) {
                close();
            }
        }
        if (!isStarted) {
            throw new DriverFailed("its program could not be started: its logs say why");
        }
        Thread.ofVirtual().name("driver-sender").start(this::sendAll);
    }

    private void closeIfLate() {
        try {
            if (sandbox.awaitDeath(BEGUN_WITHIN).isEmpty()) {
                close();
            }
        } catch (InterruptedException begun) {
            Thread.currentThread().interrupt();
        }
    }

    /// Gives everything that the program posts to `inbox`, until the program ends or this is closed. It is closed then.
    public void serve(Inbox inbox) throws InterruptedException {
        try {
            while (true) {
                Frame frame = receive();
                switch (frame.kind()) {
                    case 'E' -> posted(frame.body(), inbox);
                    case 'R' -> answered(frame.body());
                    default -> {
                        return;
                    }
                }
            }
        } catch (IOException gone) {
            return; // whatever it was: the program is at its end
        } finally {
            close();
        }
    }

    private void posted(ByteBuffer body, Inbox inbox) throws IOException, InterruptedException {
        require(body.remaining() >= Integer.BYTES && body.remaining() <= Integer.BYTES + BODY_BYTES_MAX);
        int number = body.getInt();
        Taken taken = inbox.take(rest(body));
        byte[] text = taken.text().getBytes(StandardCharsets.UTF_8);
        ByteBuffer answer = ByteBuffer.allocate(Integer.BYTES + Short.BYTES + text.length);
        answer.putInt(number).putShort((short) taken.status()).put(text).flip();
        ByteBuffer frame = frame('A', answer);
        while (!unsent.offer(frame, 1, TimeUnit.SECONDS)) {
            require(!isClosed.get());
        }
    }

    private void answered(ByteBuffer body) throws IOException {
        require(body.remaining() >= Integer.BYTES + 2 * Short.BYTES);
        BlockingQueue<Answer> waiting = asked.remove(body.getInt());
        int status = Short.toUnsignedInt(body.getShort());
        int length = Short.toUnsignedInt(body.getShort());
        require(body.remaining() >= length && body.remaining() - length <= BODY_BYTES_MAX);
        byte[] type = new byte[length];
        body.get(type);
        if (waiting != null) {
            boolean isFinal = status >= STATUS_MIN && status <= STATUS_MAX;
            String contentType = new String(type, StandardCharsets.US_ASCII);
            var _ = waiting.offer(isFinal ? new Answer(status, contentType, rest(body)) : Answer.of(BAD_GATEWAY));
        }
    }

    /// Asks the program. 503 for one that has enough to do, or does not answer within 30 s.
    public Answer ask(Question question) throws InterruptedException {
        if (asked.size() >= ASKED_MAX || isClosed.get()) {
            return Answer.of(BUSY);
        }
        int number = numbers.incrementAndGet();
        var answer = new ArrayBlockingQueue<Answer>(1);
        asked.put(number, answer);
        try {
            byte[] head = JSON.writeValueAsBytes(
                    Map.of("method", question.method(), "path", question.path(), "headers", question.headers()));
            ByteBuffer body = ByteBuffer.allocate(
                    2 * Integer.BYTES + head.length + question.body().length());
            body.putInt(number)
                    .putInt(head.length)
                    .put(head)
                    .put(question.body().asBuffer());
            if (!unsent.offer(frame('Q', body.flip()))) {
                return Answer.of(BUSY);
            }
            Answer said = answer.poll(ANSWERED_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            return said == null ? Answer.of(BUSY) : said;
        } finally {
            asked.remove(number);
        }
    }

    private void sendAll() {
        try {
            while (!isClosed.get()) {
                ByteBuffer next = unsent.poll(1, TimeUnit.SECONDS);
                if (next != null) {
                    send(next);
                }
            }
        } catch (IOException gone) {
            close();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static ByteBuffer frame(char kind, ByteBuffer body) {
        ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + 1 + body.remaining());
        return frame.putInt(body.remaining() + 1).put((byte) kind).put(body).flip();
    }

    private void send(ByteBuffer frame) throws IOException {
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
    }

    private Frame receive() throws IOException {
        int length = fill(Integer.BYTES).getInt();
        require(length >= 1 && length <= FRAME_BYTES_MAX);
        ByteBuffer frame = fill(length);
        return new Frame((char) (frame.get() & 0xff), frame);
    }

    private ByteBuffer fill(int bytes) throws IOException {
        ByteBuffer filled = ByteBuffer.allocate(bytes);
        while (filled.hasRemaining()) {
            if (channel.read(filled) < 0) {
                throw new EOFException("a driver has hung up");
            }
        }
        return filled.flip();
    }

    private static Bytes rest(ByteBuffer body) {
        byte[] rest = new byte[body.remaining()];
        body.get(rest);
        return Bytes.takeOver(rest);
    }

    private static void require(boolean holds) throws IOException {
        if (!holds) {
            throw new IOException("a driver speaks in riddles");
        }
    }

    /// Ends the program, and gives back what it had.
    @Override
    public void close() {
        if (isClosed.getAndSet(true)) {
            return;
        }
        sandbox.drainLogs(log);
        sandbox.close();
        ended.run();
        asked.values().forEach(DriverGuest::goUnanswered);
    }

    private static void goUnanswered(BlockingQueue<Answer> waiting) {
        var _ = waiting.offer(Answer.of(BUSY));
    }
}
