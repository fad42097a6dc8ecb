package dev.sluice.sandbox.microvm;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.sandbox.GuestSpec;
import dev.sluice.sandbox.Isolation;
import dev.sluice.sandbox.Sandbox;
import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.sandbox.SandboxFailed;
import dev.sluice.sandbox.SandboxUnavailable;
import dev.sluice.sandbox.namespaces.MachineFiles;
import dev.sluice.sandbox.namespaces.NamespaceDriver;
import dev.sluice.sandbox.namespaces.NamespaceOptions;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Guests in virtual machines, one each: QEMU and Debian's kernel, in a jail of the namespaces driver. A machine is
/// restored from a snapshot that was taken before anything ran in it, copy-on-write; then it gets entropy and the time
/// of its own, and only then a program. What that keeps out: `docs/design/sandboxes.md`.
public final class MicrovmDriver implements SandboxDriver {
    /// What QEMU needs beside the machine's memory.
    private static final int QEMU_MIB = 256;

    private static final int THREADS_MAX = 48;
    private static final int SCRATCH_MIB = 8;
    private static final int QEMU_PERCENT = 10;
    private static final Duration SNAPSHOT_PATIENCE = Duration.ofMinutes(3);
    private static final int PRINTED_BYTES_MAX = 4096;
    private static final Logger LOG = LoggerFactory.getLogger(MicrovmDriver.class);

    private final NamespaceDriver jail;
    private final Path cache;
    private final Tools tools;
    private final Acceleration acceleration;
    private final String version;
    private final Map<String, String> roots = new HashMap<>();
    private final Path images;
    private final ReentrantLock making = new ReentrantLock();
    private final Map<String, Template> templates = new ConcurrentHashMap<>();

    private MicrovmDriver(NamespaceDriver jail, MicrovmOptions options, Tools tools, String version) {
        this.jail = jail;
        this.cache = options.cache();
        this.tools = tools;
        this.version = version;
        this.acceleration = Acceleration.ofThisHost();
        this.images = options.jails().directory().resolveSibling("microvm-images");
    }

    /// By what this host would run virtual machines, for the operator; nothing is started.
    ///
    /// @throws SandboxUnavailable if a tool is missing
    public static String examine() throws InterruptedException {
        String version = Qemu.version().lines().findFirst().orElse("QEMU");
        return version + ", " + Acceleration.ofThisHost().reason();
    }

    /// Makes what machines boot from, unless it is there, and boots one of each runtime.
    ///
    /// @throws SandboxUnavailable if this host cannot run virtual machines; never anything weaker
    public static MicrovmDriver open(MicrovmOptions options) throws InterruptedException {
        String version = Qemu.version();
        var files = new HashMap<>(options.jails().guestFiles());
        files.put(NamespaceOptions.MONITOR, options.cache());
        NamespaceOptions jails = options.jails();
        try {
            Tools.makeShown(options.cache());
            Tools tools = Tools.in(options.cache());
            NamespaceDriver jail = NamespaceDriver.open(new NamespaceOptions(
                    jails.directory(), files, jails.python(), jails.node(), jails.java(), jails.firstUid()));
            boolean done = false;
            var driver = new MicrovmDriver(jail, options, tools, version);
            try {
                LOG.info("guests run in virtual machines by {}", driver.acceleration.reason());
                driver.prepare(options.jails().guestFiles().keySet());
                done = true;
                return driver;
            } finally {
                if (!done) {
                    driver.close();
                }
            }
        } catch (IOException | SandboxFailed failure) {
            throw new SandboxUnavailable("virtual machines cannot be run: " + failure.getMessage(), failure);
        }
    }

    private void prepare(Iterable<String> runtimes) throws IOException, SandboxFailed, InterruptedException {
        for (String runtime : runtimes) {
            if (runtime.equals(NamespaceOptions.BUILD)) {
                continue; // builds need the host's tools, and are no tenant's function
            }
            Map<String, Path> mounts = jail.filesOf(runtime);
            String name = runtime + "-" + FileDigests.of(mounts).hex().substring(0, 16) + ".erofs";
            if (!Files.exists(cache.resolve(name))) {
                tools.makeRoot(cache.resolve(name), mounts);
            }
            roots.put(runtime, name);
            template(runtime, Machines.ramMib(1));
        }
    }

    @Override
    public Isolation isolation() {
        return Isolation.MICROVM;
    }

    @Override
    public boolean offers(String runtime) {
        return roots.containsKey(runtime);
    }

    @Override
    public Sandbox start(GuestSpec spec) throws SandboxFailed, InterruptedException {
        String root = roots.get(spec.runtime());
        if (root == null) {
            throw new SandboxFailed("there is no runtime of that name");
        }
        try {
            Template template = template(spec.runtime(), Machines.ramMib(spec.memoryMib()));
            String state = cache.relativize(template.state()).toString();
            String plan = Machines.restore(template.ramMib(), acceleration.cpu(), root, state, spec);
            Optional<Path> image =
                    spec.root().isPresent() ? Optional.of(image(spec.root().get())) : Optional.empty();
            return new MicrovmSandbox(jail.startMonitor(
                    monitor(template.ramMib(), spec.cpuPercent() + QEMU_PERCENT, plan, spec.boot()),
                    new MachineFiles(Optional.of(template.memory()), image),
                    Printed.NOWHERE));
        } catch (IOException failure) {
            throw new SandboxFailed("no virtual machine", failure);
        }
    }

    /// The snapshot for a runtime and a size, which is taken now if nobody has needed it yet.
    private Template template(String runtime, int ramMib) throws IOException, SandboxFailed, InterruptedException {
        String root = roots.getOrDefault(runtime, "");
        String facts = String.join(
                "\n",
                version,
                acceleration.toString(),
                tools.directory().getFileName().toString(),
                tools.kernel().hex(),
                root,
                Integer.toString(ramMib));
        String name = runtime + "-" + Digest.of(Bytes.utf8(facts)).hex().substring(0, 16);
        Template known = templates.get(name);
        if (known != null) {
            return known;
        }
        making.lockInterruptibly();
        try {
            Template template = Template.in(cache.resolve("snapshots"), name, ramMib);
            if (!template.exists()) {
                take(template, runtime, root);
            }
            templates.put(name, template);
            return template;
        } finally {
            making.unlock();
        }
    }

    private void take(Template template, String runtime, String root)
            throws IOException, SandboxFailed, InterruptedException {
        String program = "/usr/bin/" + (runtime.equals(NamespaceOptions.NODEJS) ? "node" : runtime);
        String plan = Machines.save(template.ramMib(), acceleration.cpu(), root, program);
        var printed = new Printed(PRINTED_BYTES_MAX);
        GuestSpec spec = monitor(2 * template.ramMib(), 400, plan, SNAPSHOT_PATIENCE);
        try (Sandbox monitor = jail.startMonitor(spec, new MachineFiles(Optional.empty(), Optional.empty()), printed)) {
            template.keep(new DataInputStream(Channels.newInputStream(monitor.channel())));
        } catch (IOException failure) {
            throw new SandboxFailed("a virtual machine does not boot: " + printed.text(), failure);
        }
    }

    private GuestSpec monitor(int ramMib, int cpuPercent, String plan, Duration boot) {
        return new GuestSpec(
                NamespaceOptions.MONITOR,
                List.of(
                        "/usr/bin/python3",
                        "-I",
                        "-S",
                        Machines.CACHE + cache.relativize(tools.directory()) + "/monitor.py"),
                ramMib + QEMU_MIB,
                THREADS_MAX,
                SCRATCH_MIB,
                cpuPercent,
                Map.of("SLUICE_MACHINE", plan),
                boot,
                Optional.empty());
    }

    /// The disk image of a function's root file system, made at its first use; outside of the cache, which all jails
    /// see.
    private Path image(Path root) throws IOException, InterruptedException {
        String facts = root.toRealPath() + " " + Files.getLastModifiedTime(root);
        Path image = images.resolve(Digest.of(Bytes.utf8(facts)).hex().substring(0, 16) + ".erofs");
        making.lockInterruptibly();
        try {
            if (!Files.exists(image)) {
                Files.createDirectories(images);
                tools.makeImage(image, root);
            }
            return image;
        } finally {
            making.unlock();
        }
    }

    @Override
    public void close() {
        jail.close();
    }
}
