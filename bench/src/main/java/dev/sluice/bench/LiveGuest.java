package dev.sluice.bench;

import dev.sluice.bytes.Bytes;
import dev.sluice.cloudcall.CallReply;
import dev.sluice.cloudcall.FunctionPackage;
import dev.sluice.cloudcall.GuestFailure;
import dev.sluice.cloudcall.GuestGone;
import dev.sluice.cloudcall.GuestLink;
import dev.sluice.cloudcall.GuestProtocolViolation;
import dev.sluice.cloudcall.LoadOutcome;
import dev.sluice.cloudcall.Outcome;
import dev.sluice.cloudcall.RunRequest;
import dev.sluice.sandbox.GuestSpec;
import dev.sluice.sandbox.Sandbox;
import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.sandbox.SandboxFailed;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/// A guest that is spoken with as the worker does, in a sandbox or in none.
final class LiveGuest implements AutoCloseable {
    private static final RunRequest RUN = new RunRequest(Bytes.utf8("{}"), Bytes.utf8("{}"));
    private static final int PROCESSES = 64;
    private static final int SCRATCH_MIB = 64;
    private static final int CPU_PERCENT = 100;
    private static final Duration BOOT = Duration.ofMinutes(2);

    private final GuestLink link;
    private final LongSupplier cpuMicros;
    private final Ending ending;

    @FunctionalInterface
    private interface Ending {
        void end() throws IOException;
    }

    private LiveGuest(GuestLink link, LongSupplier cpuMicros, Ending ending) {
        this.link = link;
        this.cpuMicros = cpuMicros;
        this.ending = ending;
    }

    /// Until it is ready for a function.
    static LiveGuest in(SandboxDriver driver, Language language) throws IOException, InterruptedException {
        var spec = new GuestSpec(
                language.name(),
                language.runtime().command(language.memoryMib()),
                language.memoryMib(),
                PROCESSES,
                SCRATCH_MIB,
                CPU_PERCENT,
                BOOT);
        try {
            Sandbox sandbox = driver.start(spec);
            return ready(new LiveGuest(
                    new GuestLink(sandbox.channel()), () -> sandbox.usage().cpuMicros(), sandbox::close));
        } catch (SandboxFailed failed) {
            throw new IOException("a guest does not start", failed);
        }
    }

    /// As [#in], without a sandbox.
    static LiveGuest bare(Starter starter, Language language) throws IOException {
        Starter.Guest guest = starter.guest(language.bareGuest());
        return ready(new LiveGuest(new GuestLink(guest.channel()), () -> 0, guest::close));
    }

    private static LiveGuest ready(LiveGuest guest) throws IOException {
        boolean isReady = false;
        try {
            guest.link.hello();
            isReady = true;
            return guest;
        } catch (GuestGone | GuestProtocolViolation broken) {
            throw new IOException("a guest does not begin", broken);
        } finally {
            if (!isReady) {
                guest.close();
            }
        }
    }

    /// Loads a function and has its first answer.
    LiveGuest answering(FunctionPackage function) throws IOException, InterruptedException {
        try {
            if (link.load(function) instanceof LoadOutcome.Failed(GuestFailure failure)) {
                throw new IOException("a guest does not load its function: " + failure.message());
            }
        } catch (GuestGone | GuestProtocolViolation broken) {
            throw new IOException("a guest does not load its function", broken);
        }
        answer();
        return this;
    }

    void answer() throws IOException, InterruptedException {
        try {
            if (!(link.run(RUN, _ -> CallReply.DONE) instanceof Outcome.Returned)) {
                throw new IOException("a function failed");
            }
        } catch (GuestGone | GuestProtocolViolation broken) {
            throw new IOException("a guest does not answer", broken);
        }
    }

    /// Of all its processes; 0 where there is no sandbox to say.
    long cpuMicros() {
        return cpuMicros.getAsLong();
    }

    @Override
    public void close() throws IOException {
        ending.end();
    }
}
