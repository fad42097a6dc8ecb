package dev.sluice.sandbox.namespaces;

import dev.sluice.sandbox.GuestSpec;
import dev.sluice.sandbox.Isolation;
import dev.sluice.sandbox.LogSink;
import dev.sluice.sandbox.Sandbox;
import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.sandbox.SandboxFailed;
import dev.sluice.sandbox.SandboxUnavailable;
import dev.sluice.sandbox.Usage;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Guests as processes in namespaces of their own, made by bubblewrap, or in containers by crun. What they can reach
/// and why it is enough:
/// `docs/design/sandboxes.md`.
///
/// A guest is known by a number. The launcher starts and kills it and tells of its end; the control group holds its
/// limits; three connections lead to it. Nothing here reads what comes out of them.
public final class NamespaceDriver implements SandboxDriver {
    /// How many guests can live at once, each with a user id of its own.
    static final int GUESTS_MAX = 8192;

    private static final Duration DEATH_PATIENCE = Duration.ofSeconds(2);
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceDriver.class);

    private final Host host;
    private final Switchboard switchboard;
    private final Launcher launcher;
    private final Map<Long, NamespaceSandbox> guests = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private final BitSet slots = new BitSet();
    private final SecureRandom random = new SecureRandom();

    private NamespaceDriver(Host host) throws IOException, InterruptedException {
        this.host = host;
        this.switchboard = new Switchboard(host.socket());
        boolean done = false;
        try {
            this.launcher = new Launcher(host.programs(), host.setup(), new Ends());
            done = true;
        } finally {
            if (!done) {
                switchboard.close();
            }
        }
    }

    /// Looks for everything that isolation needs, ends what an earlier server on the same directory left, and tries
    /// each runtime once. A PowerShell that cannot be used is left out, since hardly any server has one.
    ///
    /// @throws dev.sluice.sandbox.SandboxUnavailable if this host cannot isolate guests; never anything weaker
    public static NamespaceDriver open(NamespaceOptions options) throws InterruptedException {
        return open(options, Maker.BUBBLEWRAP);
    }

    /// As [#open(NamespaceOptions)], with guests in containers.
    ///
    /// @throws dev.sluice.sandbox.SandboxUnavailable also where the server is not root
    public static NamespaceDriver openContainers(NamespaceOptions options) throws InterruptedException {
        return open(options, Maker.CRUN);
    }

    static NamespaceDriver open(NamespaceOptions options, Maker maker) throws InterruptedException {
        try {
            return openWithAll(options, maker);
        } catch (SandboxUnavailable unavailable) {
            if (!options.guestFiles().containsKey(NamespaceOptions.POWERSHELL)) {
                throw unavailable;
            }
            NamespaceDriver driver = openWithAll(options.withoutPowershell(), maker);
            LOG.warn("there is PowerShell, and it is left out", unavailable);
            return driver;
        }
    }

    private static NamespaceDriver openWithAll(NamespaceOptions options, Maker maker) throws InterruptedException {
        Host host = Host.examine(options, maker);
        try {
            return open(host);
        } catch (IOException failure) {
            throw host.unavailable(failure);
        }
    }

    private static NamespaceDriver open(Host host) throws IOException, InterruptedException {
        @Nullable NamespaceDriver driver = null;
        boolean done = false;
        try {
            driver = new NamespaceDriver(host);
            Trial.ofEach(host.runtimes(), driver);
            done = true;
            return driver;
        } finally {
            if (driver != null && !done) {
                driver.close();
            } else if (!done) {
                host.close();
            }
        }
    }

    /// What guests of a runtime see: place in the guest → file or directory of the host, `/` among them.
    public Map<String, Path> filesOf(String runtime) {
        Map<String, Path> files = host.mounts().get(runtime);
        if (files == null) {
            throw new IllegalArgumentException("there is no runtime of that name");
        }
        return files;
    }

    @Override
    public Isolation isolation() {
        return host.maker().isolation();
    }

    @Override
    public boolean offers(String runtime) {
        return host.runtimes().contains(runtime);
    }

    @Override
    public Sandbox start(GuestSpec spec) throws SandboxFailed, InterruptedException {
        return start(spec, Wires.NOWHERE);
    }

    /// As [#start(GuestSpec)]; what the guest prints while it boots goes to `sink`.
    Sandbox start(GuestSpec spec, LogSink sink) throws SandboxFailed, InterruptedException {
        return start(spec, sink, Optional.empty());
    }

    /// As [#start(GuestSpec)], for a guest that is the monitor of a virtual machine: it may limit its own system calls
    /// further, and its files are limited by its memory alone. What it prints before it speaks goes to `sink`.
    public Sandbox startMonitor(GuestSpec spec, MachineFiles files, LogSink sink)
            throws SandboxFailed, InterruptedException {
        return start(spec, sink, Optional.of(files));
    }

    private Sandbox start(GuestSpec spec, LogSink sink, Optional<MachineFiles> machine)
            throws SandboxFailed, InterruptedException {
        if (!offers(spec.runtime())) {
            throw new SandboxFailed("there is no runtime of that name");
        }
        NamespaceSandbox guest = admit(spec);
        guest.logsTo(sink);
        try {
            byte[] request = LaunchRequests.start(
                    guest.id(), guest.wires().token(), host.uid(guest.slot()), spec, guest.group(), machine);
            long left = launcher.send(request, spec.boot().toNanos());
            guest.awaitSpeaking(left);
            return guest;
        } catch (SandboxFailed | InterruptedException failure) {
            guest.drainLogs(sink);
            guest.close();
            throw failure;
        }
    }

    private NamespaceSandbox admit(GuestSpec spec) throws SandboxFailed {
        long id = ids.incrementAndGet();
        int slot = takeSlot();
        try {
            Cgroup group = host.groups().create("g" + id, spec);
            byte[] secret = new byte[LaunchRequests.TOKEN_CHARS / 2];
            random.nextBytes(secret);
            var guest = new NamespaceSandbox(id, slot, group, HexFormat.of().formatHex(secret), this);
            guests.put(id, guest);
            switchboard.expect(guest.wires());
            return guest;
        } catch (IOException failure) {
            freeSlot(slot);
            throw new SandboxFailed("no control group for the guest", failure);
        }
    }

    /// Ends a guest, whatever state it is in.
    void end(NamespaceSandbox guest) {
        boolean interrupted = Thread.interrupted(); // whoever is in a hurry must leave no guest either
        try {
            if (launcher.tell(LaunchRequests.kill(guest.id()))) {
                guest.awaitDeath(DEATH_PATIENCE);
            }
        } catch (InterruptedException hurry) {
            interrupted = true;
        }
        switchboard.forget(guest.wires());
        Undertaker.bury(guest.group(), guest::read, () -> freeSlot(guest.slot()));
        guests.remove(guest.id());
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// What all its guests have used, those too that are gone: the sum of what each has, as the kernel has counted it.
    ///
    /// @throws IOException if the kernel does not say
    public Usage usedByAll() throws IOException {
        return host.groups().ofAll().read();
    }

    private int takeSlot() throws SandboxFailed {
        synchronized (slots) {
            int slot = slots.nextClearBit(0);
            if (slot >= GUESTS_MAX) {
                throw new SandboxFailed("there are " + GUESTS_MAX + " guests already");
            }
            slots.set(slot);
            return slot;
        }
    }

    private void freeSlot(int slot) {
        synchronized (slots) {
            slots.clear(slot);
        }
    }

    @Override
    public void close() {
        List.copyOf(guests.values()).forEach(NamespaceSandbox::close);
        launcher.close();
        try {
            switchboard.close();
            host.close();
        } catch (IOException failure) {
            LOG.warn("the sandbox driver did not close cleanly", failure);
        }
    }

    private final class Ends implements Launcher.Deaths {
        @Override
        public void dead(long id, int status) {
            NamespaceSandbox guest = guests.get(id);
            if (guest != null) {
                guest.dies(status);
            }
        }

        @Override
        public void allDead(int status) {
            guests.values().forEach(guest -> guest.dies(status));
        }
    }
}
