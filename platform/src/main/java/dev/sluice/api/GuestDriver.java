package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Traces;
import dev.sluice.driver.DriverFailed;
import dev.sluice.driver.DriverGuest;
import dev.sluice.driver.DriverLog;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.kernel.Refused;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A driver that is a program in a guest. When it ends it is started again: after a second, and after twice as long
/// each time, up to a minute; anew from a second once it has lived for a minute.
///
/// Thread-safe.
final class GuestDriver implements AtWork {
    /// Segments of the path of each.
    private static final int DRIVERS_OWN = 3;

    static final Duration PAUSE_MIN = Duration.ofSeconds(1);
    static final Duration PAUSE_MAX = Duration.ofSeconds(60);

    /// Who asks from outside shows these to the gateway, or to nobody.
    private static final Set<String> HELD_BACK = Set.of(
            "authorization",
            "proxy-authorization",
            "cookie",
            "connection",
            "content-length",
            "expect",
            "host",
            "keep-alive",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private static final Logger LOG = LoggerFactory.getLogger(GuestDriver.class);

    private final Terms terms;
    private final Starting starting;
    private final DriverGuest.Inbox inbox;
    private final DriverLog log = new DriverLog();
    private final Thread thread;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable DriverGuest guest;
    private volatile Optional<String> trouble = Optional.of("it is being started");

    /// @param isExposed whether it is asked from outside
    /// @param isSecret  whether it knows secrets: then nobody outside is told what it answers
    record Terms(boolean isExposed, boolean isSecret) {}

    /// Starts the program as it is wanted at that moment.
    interface Starting {
        DriverGuest start(DriverLog log) throws DriverFailed, InterruptedException;
    }

    GuestDriver(Terms terms, Starting starting, DriverGuest.Inbox inbox) {
        this.terms = terms;
        this.starting = starting;
        this.inbox = inbox;
        this.thread = Thread.ofVirtual().name("driver-guest").unstarted(this::run);
    }

    GuestDriver start() {
        thread.start();
        return this;
    }

    private void run() {
        Duration pause = PAUSE_MIN;
        try {
            while (true) {
                long begun = System.nanoTime();
                live();
                boolean isLongAgo = System.nanoTime() - begun > PAUSE_MAX.toNanos();
                pause = isLongAgo ? PAUSE_MIN : pause;
                if (closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : pause.multipliedBy(2);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /// One life of the program.
    private void live() throws InterruptedException {
        try (DriverGuest started = starting.start(log)) {
            guest = started;
            trouble = Optional.empty();
            started.serve(inbox);
            trouble = Optional.of("its program ended, and is started again: its logs say more");
        } catch (DriverFailed failed) {
            trouble = Optional.of(failed.reason());
        } catch (Refused refused) {
            LOG.warn("a driver could not be started: {}", refused.refusal());
            trouble = Optional.of("the server could not start it: it is tried again");
        } catch (RuntimeException failed) {
            if (closed.getCount() > 0) {
                LOG.warn("a driver could not be served", Traces.withoutTexts(failed));
            }
            trouble = Optional.of("the server could not serve it: it is tried again");
        } finally {
            guest = null;
        }
    }

    /// One that cannot be had is being made for as long as Dispatch waits.
    ///
    /// @param kept as it follows from the time
    KeptEntity.State state(KeptEntity.State kept) {
        Optional<String> why = trouble;
        if (why.isEmpty()) {
            return KeptEntity.State.of(KeptEntity.Status.READY);
        }
        return kept.status() == KeptEntity.Status.ERROR
                ? new KeptEntity.State(KeptEntity.Status.ERROR, List.of(DriverWish.NOT_AVAILABLE, why.get()))
                : kept;
    }

    /// The last that it printed.
    @Override
    public Optional<String> log() {
        return Optional.of(log.text());
    }

    @Override
    public Optional<Response> answer(Request request) throws IOException, InterruptedException {
        if (!terms.isExposed()) {
            return Optional.empty();
        }
        Bytes body = request.body(DriverGuest.BODY_BYTES_MAX);
        DriverGuest asked = guest;
        if (asked == null) {
            return Optional.of(unavailable());
        }
        var question = new DriverGuest.Question(request.method(), path(request), headers(request), body);
        DriverGuest.Answer answer = asked.ask(question);
        return Optional.of(answer.status() == 503 ? unavailable() : told(answer));
    }

    private static Response unavailable() {
        return Response.error(503, 503, "the driver does not answer: try again later")
                .with("Retry-After", "1");
    }

    /// What it says may hold what it knows.
    private Response told(DriverGuest.Answer answer) {
        if (terms.isSecret()) {
            return Response.empty(202);
        }
        String type = answer.contentType().matches("[ -~]{1,255}") ? answer.contentType() : "application/octet-stream";
        return Response.of(answer.status(), type, answer.body())
                .with("X-Content-Type-Options", "nosniff")
                .with("Content-Security-Policy", "sandbox");
    }

    /// Below the driver's own.
    private static String path(Request request) {
        String path = request.rawPath();
        int at = 0;
        for (int slashes = 0; slashes < DRIVERS_OWN && at >= 0; slashes++) {
            at = path.indexOf('/', at + 1);
        }
        String below = at < 0 ? "/" : path.substring(at);
        return request.rawQuery().isEmpty() ? below : below + "?" + request.rawQuery();
    }

    private static Map<String, String> headers(Request request) {
        var headers = new LinkedHashMap<>(request.headers());
        headers.keySet().removeAll(HELD_BACK);
        return headers;
    }

    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
        DriverGuest last = guest;
        if (last != null) {
            last.close();
        }
    }
}
