package dev.sluice.api;

import dev.sluice.api.SharedFiles.Stored;
import dev.sluice.authn.Upkeep;
import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.function.SourceFiles;
import dev.sluice.image.Runtime;
import dev.sluice.invoke.Invocations;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import dev.sluice.store.StoreClosed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Builds the images of organizations, behind the answers: waits for the base image, and finds out whether what the
/// image needs is there. What is not becomes the one reason of its ERROR.
///
/// Each step is written with the version that was read, so a newer update or a deletion ends an older build. After a
/// restart an unfinished build begins again. Thread-safe.
final class ImageBuilds {
    /// A base image says within a second what has become of it, unless it is changed all the time.
    private static final Duration BASE_PATIENCE = Duration.ofSeconds(20);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final String REQUIREMENTS = "requirements.txt";
    private static final Logger LOG = LoggerFactory.getLogger(ImageBuilds.class);

    private final SharedFiles<ImageEntity> files;
    private final BaseImages bases;
    private final Blobs blobs;
    private final Invocations invocations;
    private final BuildTurns turns = new BuildTurns();

    /// Whether it was asked for again since its build began.
    private final Map<Name, Boolean> underWay = new ConcurrentHashMap<>();

    ImageBuilds(SharedFiles<ImageEntity> files, BaseImages bases, Blobs blobs, Invocations invocations) {
        this.files = files;
        this.bases = bases;
        this.blobs = blobs;
        this.invocations = invocations;
    }

    /// Dispatch's words for a base image that is not there.
    static String missing(String base) {
        return "Error fetching base image " + base;
    }

    private record Name(Organization organization, String name) {}

    /// Builds in the background what is kept under that name. One thread for each name, however often it is changed.
    void begin(Organization organization, String name) {
        var key = new Name(organization, name);
        if (underWay.put(key, true) == null) {
            Thread.ofVirtual().name("image").start(() -> buildUntilNothingIsNew(key));
        }
    }

    private void buildUntilNothingIsNew(Name key) {
        boolean isDone = false;
        try {
            while (!isDone) {
                underWay.put(key, false);
                build(key.organization(), key.name());
                isDone = underWay.remove(key, false);
            }
        } finally {
            if (!isDone) {
                underWay.remove(key);
            }
        }
    }

    /// It has no builds any more.
    void forget(Organization organization) {
        turns.forget(organization);
    }

    /// Builds again what could not be built on that base image.
    void again(Organization organization, String base) {
        for (Stored<ImageEntity> failed : as(organization, () -> files.list(organization))) {
            ImageEntity image = failed.entity();
            if (image.status() == ImageStatus.ERROR && image.wish().baseImage().equals(base)) {
                try {
                    mark(organization, failed, ImageStatus.CREATING, image.language(), List.of());
                    begin(organization, image.name());
                } catch (Refused overtaken) {
                    log(overtaken);
                }
            }
        }
    }

    private void build(Organization organization, String name) {
        try {
            Stored<ImageEntity> accepted = as(organization, () -> files.read(organization, name));
            if (!accepted.entity().status().isSettled()) {
                turns.take(
                        organization,
                        () -> awaitBase(organization, accepted.entity().wish().baseImage()),
                        () -> build(organization, accepted));
            }
        } catch (Refused overtaken) {
            log(overtaken);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (StoreClosed ended) {
            LOG.debug("an image is built after the next start", ended);
        }
    }

    private static void log(Refused overtaken) {
        if (overtaken.refusal() != Refusal.CONFLICT && overtaken.refusal() != Refusal.NOT_FOUND) {
            LOG.warn("an image could not be built: {}", overtaken.refusal());
        }
    }

    private void build(Organization organization, Stored<ImageEntity> accepted) throws InterruptedException {
        Stored<ImageEntity> building = accepted;
        Optional<BaseImageEntity> base =
                base(organization, accepted.entity().wish().baseImage());
        String told = base.map(one -> one.wish().language()).orElse("");
        if (accepted.entity().status() == ImageStatus.INITIALIZED) {
            building = mark(organization, accepted, ImageStatus.CREATING, told, List.of());
        }
        ImageEntity.Wish wish = accepted.entity().wish();
        Optional<String> problem =
                base.isEmpty() ? Optional.of(missing(wish.baseImage())) : problem(organization, wish, base.get());
        if (problem.isPresent()) {
            mark(organization, building, ImageStatus.ERROR, told, List.of(problem.get()));
        } else {
            Runtime runtime = base.flatMap(BaseImageEntity::runtime).orElseThrow();
            List<String> unchecked = invocations.missing(runtime).stream()
                    .map(why -> FunctionBuilds.UNCHECKED + why)
                    .toList();
            mark(organization, building, ImageStatus.READY, runtime.language(), unchecked);
        }
    }

    /// Waits until it is known what has become of a base image.
    private void awaitBase(Organization organization, String name) {
        long end = System.nanoTime() + BASE_PATIENCE.toNanos();
        while (System.nanoTime() < end
                && base(organization, name)
                        .filter(one -> !one.status().isSettled())
                        .isPresent()) {
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    private Optional<BaseImageEntity> base(Organization organization, String name) {
        return as(organization, () -> bases.ifThere(organization, name));
    }

    private Optional<String> problem(Organization organization, ImageEntity.Wish wish, BaseImageEntity base)
            throws InterruptedException {
        if (base.status() == ImageStatus.ERROR) {
            return Optional.of("base image " + base.name() + " is in error: "
                    + base.reason().getFirst());
        }
        if (!base.status().isSettled()) {
            return Optional.of("base image " + base.name() + " was not READY in time");
        }
        Runtime runtime = base.runtime().orElseThrow();
        String told = base.wish().language();
        if (!told.isEmpty() && !told.equals(runtime.language())) {
            return Optional.of("base image " + base.name() + " is said to be for " + told + ", and "
                    + base.wish().dockerUrl() + " is for " + runtime.language());
        }
        if (!wish.packages().isEmpty()) {
            return Optional.of("this server installs no system packages yet, and the image needs "
                    + wish.packages().getFirst().name());
        }
        if (wish.manifest().isBlank()) {
            return Optional.empty();
        }
        return switch (runtime) {
            case NODEJS ->
                Optional.of("this server installs no packages of Node.js yet: put node_modules into the functions'"
                        + " sources instead of a manifest");
            case JAVA ->
                Optional.of("this server fetches no packages of Java yet: put their jars into the functions' sources"
                        + " instead of a manifest");
            case POWERSHELL ->
                Optional.of("this server installs no modules of PowerShell yet: put them into the functions' sources"
                        + " instead of a manifest");
            case PYTHON3 -> unmet(organization, wish.manifest());
        };
    }

    /// Why what Python functions find on this server does not meet the manifest: a guest says it, which is given the
    /// manifest and runs none of it.
    private Optional<String> unmet(Organization organization, String manifest) throws InterruptedException {
        var probe = new SourceFiles(new TreeMap<>(Map.of(
                REQUIREMENTS,
                Bytes.utf8(manifest),
                "sluice_probe.py",
                Bytes.utf8("def handle(context, payload):\n    return None\n"))));
        byte[] encoded = probe.encode().readOnlyArray();
        try {
            Digest digest = blobs.put(new ByteArrayInputStream(encoded), encoded.length);
            try (Blobs.Hold _ = blobs.hold(digest)) {
                var spec = new FunctionSpec(
                        Runtime.PYTHON3, digest, "sluice_probe.handle", Convention.DISPATCH, Limits.DEFAULT, false);
                return invocations
                        .check(organization.token(), spec)
                        .map(why -> "the manifest is not met: " + why.replaceFirst("^requirements[.]txt: ", ""));
            }
        } catch (IOException failed) {
            LOG.warn("what an image needs could not be kept", failed);
            return Optional.of("the server could not check the manifest");
        }
    }

    private Stored<ImageEntity> mark(
            Organization organization,
            Stored<ImageEntity> before,
            ImageStatus next,
            String language,
            List<String> why) {
        ImageEntity entity = before.entity().as(next, language, why);
        return as(organization, () -> new Stored<>(entity, files.write(organization, entity, before.version())));
    }

    private static <T> T as(Organization organization, ScopedValue.CallableOp<T, RuntimeException> body) {
        return Upkeep.of(organization, Resource.IMAGE).run(body);
    }
}
