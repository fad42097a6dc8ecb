package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.Entry;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.function.SourceFiles;
import dev.sluice.gate.Backing;
import dev.sluice.gate.GateContent;
import dev.sluice.gate.GatePolicy;
import dev.sluice.gate.Gates;
import dev.sluice.image.Runtime;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What stands in every file system: in `:home:<T,faasten>` the runtimes by name and `fsutil`, the file system for
/// people; and in a home `:home:<p,p>` a redirect to that with the authority of `p`.
///
/// Source: contracts/faasten.md 2.1, 3.6.
public final class SystemObjects {
    private static final String SYSTEM = "faasten";
    private static final Label SYSTEM_LABEL = Label.parse("T," + SYSTEM);
    private static final FsPath SYSTEM_HOME = FsPath.home(SYSTEM_LABEL);
    private static final String FSUTIL = "fsutil";
    private static final String WORKLOAD = "workload.py";
    private static final GatePolicy FOR_ALL =
            new GatePolicy(Component.TRUE, Component.TRUE, Component.TRUE, Component.FALSE);

    /// What a gate may name its image, runtime and kernel by. A kernel is taken and means nothing.
    private static final Map<String, String> RUNTIMES =
            Map.of("python", Runtime.PYTHON3.language(), "nodejs", Runtime.NODEJS.language(), "kernel", "sluice");

    private final LabeledFs fs;
    private final Blobs blobs;
    private final Gates gates;

    public SystemObjects(LabeledFs fs, Blobs blobs, Gates gates) {
        this.fs = fs;
        this.blobs = blobs;
        this.gates = gates;
    }

    /// Makes what is missing and renews what is another than what is shipped. May be repeated.
    ///
    /// @param functions where the shipped functions are, a directory each
    /// @throws IOException if they cannot be read, or kept
    public void ensure(Path functions) throws IOException {
        Bytes workload =
                Bytes.takeOver(Files.readAllBytes(functions.resolve(FSUTIL).resolve(WORKLOAD)));
        Upkeep.system(SYSTEM).run(() -> {
            for (var runtime : RUNTIMES.entrySet()) {
                blob(runtime.getKey(), Bytes.utf8(runtime.getValue()));
            }
            blob(FSUTIL + "_image", workload);
            gate(new GateContent.Direct(FOR_ALL, function(workload)));
            return this;
        });
    }

    private static Privilege system() {
        return Task.current().exercise(Component.TRUE, SYSTEM_LABEL.integrity());
    }

    private void blob(String name, Bytes content) throws IOException {
        FsPath path = SYSTEM_HOME.child(name);
        Bytes entry = new BlobRef(keep(content), content.length()).encode();
        Optional<Entry> before = fs.find(path);
        if (before.isEmpty()) {
            fs.create(path, Kind.BLOB, SYSTEM_LABEL, entry, system());
        } else if (!fs.read(path, Kind.BLOB).bytes().equals(entry)) {
            fs.write(path, Kind.BLOB, entry, 0, system());
        }
    }

    private void gate(GateContent.Direct wanted) {
        FsPath path = SYSTEM_HOME.child(FSUTIL);
        if (fs.find(path).isEmpty()) {
            gates.create(path, wanted, Backing.LABEL, SYSTEM_LABEL, system());
        } else if (!gates.read(path).content().equals(wanted)) {
            gates.replace(path, wanted, Backing.LABEL, 0, system());
        }
    }

    private FunctionSpec function(Bytes workload) throws IOException {
        var files = new SourceFiles(new TreeMap<>(Map.of(WORKLOAD, workload)));
        return new FunctionSpec(
                Runtime.PYTHON3, keep(files.encode()), "workload.handle", Convention.FAASTEN, Limits.DEFAULT, false);
    }

    private Digest keep(Bytes content) throws IOException {
        return blobs.put(new ByteArrayInputStream(content.readOnlyArray()), content.length());
    }

    /// Gives whoever `clearance` names the file system as `of` sees it: links `fsutil` into the home of `of`, unless
    /// something of that name is there. Acts as [Task#current], which must hold `of`.
    ///
    /// @throws Refused `DENIED`, `TOO_LARGE`
    public void bootstrap(Component of, Component clearance) {
        FsPath path = FsPath.home(Label.of(of, of)).child(FSUTIL);
        if (fs.find(path).isPresent()) {
            return;
        }
        var policy = new GatePolicy(of, clearance, of, Component.FALSE);
        var redirect = gates.redirect(SYSTEM_HOME.child(FSUTIL), policy, Component.TRUE, false);
        try {
            gates.create(
                    path,
                    redirect,
                    Backing.LABEL,
                    Label.of(Component.TRUE, of),
                    Task.current().exercise(of, of));
        } catch (Refused refused) {
            if (refused.refusal() != Refusal.EXISTS) {
                throw refused;
            }
        }
    }
}
