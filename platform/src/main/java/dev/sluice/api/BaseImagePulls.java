package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.function.SourceFiles;
import dev.sluice.image.Pulls;
import dev.sluice.image.Runtime;
import dev.sluice.invoke.Invocations;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.oci.Login;
import dev.sluice.oci.PullFailed;
import dev.sluice.oci.Reference;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import dev.sluice.store.StoreClosed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Pulls the base images that are not the server's own, behind the answers.
///
/// What becomes of one is written with the version that was read, so a newer update or a deletion ends an older pull.
/// After a restart an unfinished one begins again. Thread-safe.
final class BaseImagePulls {
    /// What shows that functions of a language start on an image, and does nothing.
    private static final Map<Runtime, Map.Entry<String, String>> PROBES = Map.of(
            Runtime.PYTHON3,
            Map.entry("sluice_probe.py", "def handle(context, payload):\n    return None\n"),
            Runtime.NODEJS,
            Map.entry("sluice_probe.js", "exports.handle = () => null;\n"));

    private static final Logger LOG = LoggerFactory.getLogger(BaseImagePulls.class);

    private final SharedFiles<BaseImageEntity> files;
    private final PulledRoots roots;
    private final Pulls pulls;
    private final RegistryLogins logins;
    private final Blobs blobs;
    private final Invocations invocations;
    private final BiConsumer<Organization, String> changed;

    /// Whether it was asked for again since its pull began.
    private final Map<Name, Boolean> underWay = new ConcurrentHashMap<>();

    private record Name(Organization organization, String name) {}

    BaseImagePulls(
            SharedFiles<BaseImageEntity> files,
            PulledRoots roots,
            Pulls pulls,
            RegistryLogins logins,
            Blobs blobs,
            Invocations invocations,
            BiConsumer<Organization, String> changed) {
        this.files = files;
        this.roots = roots;
        this.pulls = pulls;
        this.logins = logins;
        this.blobs = blobs;
        this.invocations = invocations;
        this.changed = changed;
    }

    /// Pulls in the background what is kept under that name. One thread for each name, however often it is changed.
    void begin(Organization organization, String name) {
        var key = new Name(organization, name);
        if (underWay.put(key, true) == null) {
            Thread.ofVirtual().name("pull").start(() -> pullUntilNothingIsNew(key));
        }
    }

    private void pullUntilNothingIsNew(Name key) {
        boolean isDone = false;
        try {
            while (!isDone) {
                underWay.put(key, false);
                pull(key.organization(), key.name());
                isDone = underWay.remove(key, false);
            }
        } finally {
            if (!isDone) {
                underWay.remove(key);
            }
        }
    }

    private void pull(Organization organization, String name) {
        try {
            SharedFiles.Stored<BaseImageEntity> wanted = as(organization, () -> files.read(organization, name));
            if (wanted.entity().isToBePulled()) {
                BaseImageEntity.Outcome outcome = pull(organization, wanted);
                as(organization, () -> files.write(organization, wanted.entity().with(outcome), wanted.version()));
                changed.accept(organization, name);
            }
        } catch (Refused overtaken) {
            LOG.debug("a base image was changed while it was pulled: {}", overtaken.refusal());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (StoreClosed ended) {
            LOG.debug("a base image is pulled after the next start", ended);
        }
    }

    private BaseImageEntity.Outcome pull(Organization organization, SharedFiles.Stored<BaseImageEntity> wanted)
            throws InterruptedException {
        BaseImageEntity.Wish wish = wanted.entity().wish();
        try {
            Runtime language = Runtime.of(wish.language())
                    .orElseThrow(() -> new PullFailed("its language is " + wish.language()
                            + ", and there are functions in " + BaseImageEntity.languages() + " only"));
            var reference = Reference.parse(wish.dockerUrl());
            Optional<Login> login = logins.at(organization, reference);
            try (Pulls.Pulled image = pulls.pull(organization.token(), reference, language, login)) {
                check(organization, image.image(), language);
                var pulled = new BaseImageEntity.Pulled(image.image().hex(), image.storedBytes());
                roots.keep(organization, wish.name(), pulled);
                image.keep();
                return new BaseImageEntity.Outcome(null, pulled);
            }
        } catch (PullFailed failed) {
            return new BaseImageEntity.Outcome(failed.reason(), null);
        } catch (Refused refused) {
            if (refused.refusal() == Refusal.QUOTA) {
                return new BaseImageEntity.Outcome("it does not fit into what your organization may store", null);
            }
            throw refused;
        }
    }

    /// Has a guest started on the image that does what a function's does.
    private void check(Organization organization, Digest image, Runtime language)
            throws PullFailed, InterruptedException {
        var probe = PROBES.get(language);
        if (probe == null || invocations.missing(language).isPresent()) {
            return;
        }
        var source = new SourceFiles(new TreeMap<>(Map.of(probe.getKey(), Bytes.utf8(probe.getValue()))));
        byte[] encoded = source.encode().readOnlyArray();
        String handler = language == Runtime.NODEJS ? "./" + probe.getKey() : "sluice_probe.handle";
        try {
            Digest digest = blobs.put(new ByteArrayInputStream(encoded), encoded.length);
            try (Blobs.Hold _ = blobs.hold(digest)) {
                var spec = new FunctionSpec(language, digest, handler, Convention.AUTO, Limits.DEFAULT, false);
                Optional<String> why = invocations.check(organization.token(), spec.on(Optional.of(image)));
                if (why.isPresent()) {
                    throw new PullFailed("functions in " + language.language() + " do not start on it: " + why.get());
                }
            }
        } catch (IOException failed) {
            LOG.warn("what an image is tried with could not be kept", failed);
            throw new PullFailed("the server could not try the image");
        }
    }

    private static <T> T as(Organization organization, ScopedValue.CallableOp<T, RuntimeException> body) {
        return Upkeep.of(organization, Resource.BASEIMAGE).run(body);
    }
}
