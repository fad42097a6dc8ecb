package dev.sluice.sandbox.namespaces;

import dev.sluice.sandbox.SandboxFailed;
import dev.sluice.sandbox.SandboxUnavailable;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The process that starts guests for us: one for the server's life, `launcher.py`. It ends when its standard input
/// does, so also when the server is killed; when it ends itself, its guests do too, and another one is started after a
/// pause that grows with each time in a row.
final class Launcher implements AutoCloseable {
    private static final Path PYTHON = Path.of("/usr/bin/python3");
    private static final List<String> PROGRAMS = List.of("launcher.py", "container.py", "stage.py", "system_calls.py");
    private static final Duration FIRST_PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE_MIN = Duration.ofMillis(10);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);
    private static final Duration GOODBYE = Duration.ofSeconds(8);
    private static final String FAILED = "failed ";
    private static final int STATUS_OF_A_KILL = -9;
    private static final Logger LOG = LoggerFactory.getLogger(Launcher.class);

    /// Hears of guests' ends.
    interface Deaths {
        /// @param status exit code, or the negative number of a signal
        void dead(long id, int status);

        /// The launcher is gone, and every guest with it.
        void allDead(int status);
    }

    private final Path program;
    private final byte[] setup;
    private final Deaths deaths;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private @Nullable Process process;
    private volatile boolean first = true;
    private volatile String reason = "none is ready";
    private boolean ready;
    private boolean closed;

    /// Starts it, and returns once it is ready.
    ///
    /// @param directory where its program is put
    /// @param setup its first request
    Launcher(Path directory, byte[] setup, Deaths deaths) throws IOException, InterruptedException {
        this.program = unpack(directory);
        this.setup = setup;
        this.deaths = deaths;
        this.thread = Thread.ofPlatform().daemon().name("sluice-launcher").start(this::run);
        try {
            awaitReady(FIRST_PATIENCE.toNanos());
        } catch (SandboxFailed failure) {
            close();
            throw new SandboxUnavailable("the launcher of guests does not start: " + failure.getMessage(), failure);
        }
        first = false;
    }

    private static Path unpack(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (String name : PROGRAMS) {
            try (InputStream source = Launcher.class.getResourceAsStream(name)) {
                if (source == null) {
                    throw new IllegalStateException("this build lacks " + name);
                }
                Files.copy(source, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return directory.resolve(PROGRAMS.getFirst());
    }

    /// Sends one request, once there is a launcher to send it to.
    ///
    /// @return how much of `nanos` is left
    /// @throws SandboxFailed if there is none in `nanos`, or it ends just now
    long send(byte[] request, long nanos) throws SandboxFailed, InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = awaitReady(nanos);
            if (!write(request)) {
                throw new SandboxFailed("the launcher is gone");
            }
            return left;
        } finally {
            lock.unlock();
        }
    }

    /// Sends one request if there is a launcher now; without one there is no guest that it could be about.
    ///
    /// @return whether it was sent
    boolean tell(byte[] request) {
        lock.lock();
        try {
            return ready && write(request);
        } finally {
            lock.unlock();
        }
    }

    private boolean write(byte[] request) {
        if (process == null) {
            return false;
        }
        try {
            OutputStream requests = process.getOutputStream();
            requests.write(request);
            requests.flush();
            return true;
        } catch (IOException broken) {
            LOG.warn("the launcher of guests does not listen", broken);
            return false;
        }
    }

    private long awaitReady(long nanos) throws SandboxFailed, InterruptedException {
        long left = nanos;
        lock.lockInterruptibly();
        try {
            while (!ready) {
                if (closed || left <= 0) {
                    throw new SandboxFailed("no launcher of guests: " + reason);
                }
                left = changed.awaitNanos(left);
            }
            return left;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        Duration pause = PAUSE_MIN;
        while (true) {
            boolean served = serveOne();
            pause = served ? PAUSE_MIN : pause.multipliedBy(2);
            if (pause.compareTo(PAUSE_MAX) > 0) {
                pause = PAUSE_MAX;
            }
            if (isClosedAfter(pause)) {
                return;
            }
            LOG.warn("starting another launcher of guests");
        }
    }

    /// One launcher from its start to its end.
    ///
    /// @return whether it had been ready
    private boolean serveOne() {
        boolean served = false;
        try {
            Process started = begin();
            try (var events =
                    new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.US_ASCII))) {
                String event = events.readLine();
                while (event != null && obey(event)) {
                    served = true;
                    event = events.readLine();
                }
            } finally {
                end(started);
            }
        } catch (IOException failure) {
            LOG.error("the launcher of guests failed", failure);
        }
        return served;
    }

    private Process begin() throws IOException {
        var builder = new ProcessBuilder(PYTHON.toString(), "-I", "-S", "-B", program.toString());
        builder.environment().clear();
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        Process started = builder.start();
        lock.lock();
        try {
            if (closed) {
                started.destroyForcibly();
            }
            process = started;
            started.getOutputStream().write(setup);
            started.getOutputStream().flush();
        } finally {
            lock.unlock();
        }
        return started;
    }

    /// False for what no launcher of ours says.
    private boolean obey(String event) {
        if (event.equals("ready")) {
            becomeReady(true);
            return true;
        }
        if (event.startsWith(FAILED)) {
            reason = event.substring(FAILED.length());
            return false;
        }
        String[] words = event.split(" ", 3);
        if (words.length == 3 && words[0].equals("dead")) {
            try {
                deaths.dead(Long.parseLong(words[1]), Integer.parseInt(words[2]));
                return true;
            } catch (NumberFormatException strange) {
                LOG.error("the launcher of guests speaks in riddles", strange);
            }
        }
        return false;
    }

    private void end(Process ended) {
        becomeReady(false);
        if (first) {
            stop(); // it has not become ready, and neither would another one
        }
        if (!isClosedAfter(Duration.ZERO)) {
            LOG.error("the launcher of guests has ended, and all guests with it");
            ended.destroyForcibly();
        }
        deaths.allDead(STATUS_OF_A_KILL);
    }

    private void becomeReady(boolean now) {
        lock.lock();
        try {
            ready = now;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// No other launcher is started from now on.
    private @Nullable Process stop() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            return process;
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosedAfter(Duration pause) {
        lock.lock();
        try {
            long left = pause.toNanos();
            while (!closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            return closed;
        } catch (InterruptedException nobodyDoes) {
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Ends the launcher, which ends every guest, and waits for that.
    @Override
    public void close() {
        Process last = stop();
        if (last == null) {
            return;
        }
        try {
            last.getOutputStream().close();
            if (!last.waitFor(GOODBYE.toMillis(), TimeUnit.MILLISECONDS)) {
                last.destroyForcibly();
            }
            thread.join(GOODBYE);
        } catch (IOException alreadyGone) {
            last.destroyForcibly();
        } catch (InterruptedException interrupted) {
            last.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
