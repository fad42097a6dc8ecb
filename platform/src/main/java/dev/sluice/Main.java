package dev.sluice;

import dev.sluice.bytes.Traces;
import dev.sluice.sandbox.SandboxUnavailable;
import dev.sluice.store.StoreClosed;
import dev.sluice.store.StoreFailed;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The server in one process. Runs until it is told to stop.
///
/// Exit codes: 0 stopped as asked, 1 could not start, 2 wrong options.
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private Main() {}

    public static void main(String[] args) throws InterruptedException {
        Thread.setDefaultUncaughtExceptionHandler(Main::uncaught);
        int code = serve(List.of(args));
        if (code != 0) {
            System.exit(code);
        }
    }

    /// What is still under way when the server ends has no store any more; all else is worth a stack trace.
    static void uncaught(Thread thread, Throwable failed) {
        if (!(failed instanceof StoreClosed)) {
            LOG.error("{} ended", thread.getName(), Traces.withoutTexts(failed));
        }
    }

    private static int serve(List<String> args) throws InterruptedException {
        Config config;
        try {
            config = Config.parse(args);
        } catch (Config.Invalid wrong) {
            System.err.println("sluice: " + wrong.getMessage());
            return USAGE;
        }
        var stop = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        try (Platform platform = Platform.open(config)) {
            java.lang.Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitStop(stop, stopped), "stop"));
            platform.endpoints().write(config.data());
            LOG.info("ready: {}", platform.endpoints().api());
            stop.await();
            Endpoints.remove(config.data());
        } catch (IOException | SandboxUnavailable | StoreFailed | IllegalStateException cannot) {
            LOG.error("the server cannot run: {}", cannot.getMessage());
            LOG.debug("because", cannot);
            return FAILED;
        } finally {
            stopped.countDown();
        }
        return 0;
    }

    /// Runs when the process is told to end: lets [#serve] close everything, then lets the process go.
    private static void awaitStop(CountDownLatch stop, CountDownLatch stopped) {
        stop.countDown();
        try {
            stopped.await();
        } catch (InterruptedException halted) {
            Thread.currentThread().interrupt();
        }
    }
}
