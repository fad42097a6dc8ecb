package dev.sluice.api;

import dev.sluice.api.SharedFiles.Stored;
import dev.sluice.authn.Upkeep;
import dev.sluice.build.BuildLog;
import dev.sluice.image.Runtime;
import dev.sluice.invoke.Invocations;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.oci.Puller;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import dev.sluice.store.StoreClosed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    /// Longer than a base image is pulled, unless many are at once.
    static final Duration BASE_PATIENCE =
            Puller.QUESTIONS_MAX.plus(Puller.LAYERS_MAX).plusMinutes(1);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final Logger LOG = LoggerFactory.getLogger(ImageBuilds.class);

    private final SharedFiles<ImageEntity> files;
    private final BaseImages bases;
    private final ImageLayers layers;
    private final PulledRoots roots;
    private final ImageNeeds needs;
    private final Invocations invocations;
    private final Map<Name, BuildLog> printing = new ConcurrentHashMap<>();
    private final BuildTurns turns = new BuildTurns();

    /// Whether it was asked for again since its build began.
    private final Map<Name, Boolean> underWay = new ConcurrentHashMap<>();

    ImageBuilds(
            SharedFiles<ImageEntity> files,
            BaseImages bases,
            ImageLayers layers,
            PulledRoots roots,
            ImageNeeds needs,
            Invocations invocations) {
        this.files = files;
        this.bases = bases;
        this.layers = layers;
        this.roots = roots;
        this.needs = needs;
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
        Optional<String> problem =
                base.isEmpty() ? Optional.of(missing(accepted.entity().wish().baseImage())) : problem(base.get());
        if (problem.isPresent()) {
            fail(organization, building, told, problem.get());
        } else {
            build(organization, building, base.orElseThrow());
        }
    }

    private void build(Organization organization, Stored<ImageEntity> building, BaseImageEntity base)
            throws InterruptedException {
        Runtime runtime = base.runtime().orElseThrow();
        var key = new Name(organization, building.entity().name());
        var log = new BuildLog();
        log.say("sluice: building image " + key.name() + " " + building.entity().id());
        printing.put(key, log);
        try {
            Optional<ImageEntity.Built> built = base.pulled().isPresent()
                    ? needs.meetOnPulled(building.entity())
                    : needs.meet(organization, building.entity(), runtime, log);
            keepRoot(organization, building.entity(), base);
            log.say("sluice: the image is ready");
            layers.keepLog(organization, building.entity(), log);
            List<String> unchecked = invocations.missing(runtime).stream()
                    .map(why -> FunctionBuilds.UNCHECKED + why)
                    .toList();
            ImageEntity entity = building.entity()
                    .as(ImageStatus.READY, runtime.language(), unchecked)
                    .with(built.orElse(null))
                    .on(base.pulled().orElse(null));
            as(organization, () -> files.write(organization, entity, building.version()));
        } catch (ImageNeeds.Unmet unmet) {
            String reason = String.valueOf(unmet.getMessage());
            log.say("sluice: " + reason);
            layers.keepLog(organization, building.entity(), log);
            fail(organization, building, building.entity().language(), reason);
        } finally {
            printing.remove(key);
        }
    }

    /// An image stays what it is, whatever becomes of its base image.
    private void keepRoot(Organization organization, ImageEntity image, BaseImageEntity base) throws ImageNeeds.Unmet {
        try {
            roots.remove(organization, image.name());
            base.pulled().ifPresent(pulled -> roots.keep(organization, image.name(), pulled));
        } catch (Refused refused) {
            if (refused.refusal() == Refusal.QUOTA) {
                throw new ImageNeeds.Unmet("the image does not fit into what your organization may store");
            }
            throw refused;
        }
    }

    private void fail(Organization organization, Stored<ImageEntity> building, String language, String reason) {
        mark(organization, building, ImageStatus.ERROR, language, List.of(reason));
    }

    /// What the build that is under way has printed; nothing where none is.
    Optional<String> printed(Organization organization, String name) {
        return Optional.ofNullable(printing.get(new Name(organization, name))).map(BuildLog::text);
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

    private static Optional<String> problem(BaseImageEntity base) {
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
        return Optional.empty();
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
