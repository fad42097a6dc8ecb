package dev.sluice.api;

import dev.sluice.blob.Blobs;
import dev.sluice.build.BuildFailed;
import dev.sluice.build.BuildLog;
import dev.sluice.build.Builds;
import dev.sluice.build.Needs;
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
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds what an image needs beside its language: on the host, in the layer of an equal image of the organization, or
/// in a registry, from where a build installs it.
final class ImageNeeds {
    private static final int REQUIREMENTS_MAX = 200;
    private static final String HASH = "--hash";
    private static final String REQUIREMENTS = "requirements.txt";
    private static final Logger LOG = LoggerFactory.getLogger(ImageNeeds.class);

    private final ImageLayers layers;
    private final Blobs blobs;
    private final Invocations invocations;
    private final Builds builds;

    ImageNeeds(ImageLayers layers, Blobs blobs, Invocations invocations, Builds builds) {
        this.layers = layers;
        this.blobs = blobs;
        this.invocations = invocations;
        this.builds = builds;
    }

    /// Why an image cannot have what it needs, for its author.
    static final class Unmet extends Exception {
        private static final long serialVersionUID = 1L;

        Unmet(String reason) {
            super(reason, null, false, false);
        }
    }

    /// Meets all of it.
    ///
    /// @return what had to be installed; nothing where the host has all
    Optional<ImageEntity.Built> meet(Organization organization, ImageEntity image, Runtime runtime, BuildLog log)
            throws Unmet, InterruptedException {
        ImageEntity.Wish wish = image.wish();
        String manifest = manifest(organization, wish.manifest(), runtime, log);
        List<Needs.SystemPackage> packages = packages(image);
        if (manifest.isEmpty() && packages.isEmpty()) {
            return Optional.empty();
        }
        var needs = new Needs(runtime, manifest, packages);
        String key = key(needs);
        try (ImageLayers.Shared same = layers.ofAnEqualImage(organization, key).orElse(null)) {
            if (same != null) {
                log.say("sluice: another image has the same needs, and this one shares what was installed for it");
                layers.keep(organization, wish.name(), same.built());
                return Optional.of(same.built());
            }
        }
        return Optional.of(install(organization, wish.name(), needs, key, log));
    }

    /// On an image that was pulled nothing is installed: it brings what its functions need.
    Optional<ImageEntity.Built> meetOnPulled(ImageEntity image) throws Unmet {
        if (!image.wish().manifest().isBlank() || !image.wish().packages().isEmpty()) {
            throw new Unmet("nothing is installed on a base image that was pulled: put what the functions need into"
                    + " that one, or into their sources");
        }
        return Optional.empty();
    }

    private ImageEntity.Built install(Organization organization, String name, Needs needs, String key, BuildLog log)
            throws Unmet, InterruptedException {
        try (Builds.Built built = builds.build(organization.token(), needs, log)) {
            var kept = new ImageEntity.Built(key, built.layer().hex(), built.lengthBytes());
            layers.keep(organization, name, kept);
            return kept;
        } catch (BuildFailed failed) {
            throw new Unmet(failed.reason());
        } catch (Refused refused) {
            if (refused.refusal() == Refusal.QUOTA) {
                throw new Unmet("what was installed does not fit into what your organization may store");
            }
            throw refused;
        }
    }

    /// What of an image's manifest has to be installed.
    private String manifest(Organization organization, String manifest, Runtime runtime, BuildLog log)
            throws Unmet, InterruptedException {
        if (manifest.isBlank()) {
            return "";
        }
        boolean isHashed = manifest.contains(HASH); // the host's packages have none of these
        String left = runtime == Runtime.PYTHON3 && !isHashed ? notOfTheHost(organization, manifest, log) : manifest;
        if (!left.isEmpty() && !builds.canFetch(runtime)) {
            throw new Unmet(Builds.remedy(runtime));
        }
        return left;
    }

    /// Of the system, as the image's author wants them.
    static List<Needs.SystemPackage> packages(ImageEntity image) {
        return image.wish().packages().stream()
                .map(one -> new Needs.SystemPackage(one.name(), one.version()))
                .toList();
    }

    /// What makes two images' layers equal.
    static String key(Needs needs) {
        var text = new StringBuilder(needs.language().language())
                .append('\n')
                .append(needs.manifest().length()) // or its end would pass for packages
                .append('\n')
                .append(needs.manifest());
        needs.packages()
                .forEach(one -> text.append('\0').append(one.name()).append('=').append(one.version()));
        return Digest.of(Bytes.utf8(text.toString())).hex();
    }

    /// The lines of a Python manifest that the host's packages do not meet.
    ///
    /// @throws Unmet with the first that is missing, where nothing could be fetched
    private String notOfTheHost(Organization organization, String manifest, BuildLog log)
            throws Unmet, InterruptedException {
        Optional<String> why = unmet(organization, manifest);
        if (why.isEmpty()) {
            log.say("sluice: the host's packages meet the manifest");
            return "";
        }
        if (!builds.canFetch(Runtime.PYTHON3)) {
            throw new Unmet("the manifest is not met: " + why.get() + "; " + Builds.remedy(Runtime.PYTHON3));
        }
        List<String> lines = manifest.lines().map(String::strip).toList();
        if (lines.size() > REQUIREMENTS_MAX) {
            throw new Unmet("the manifest has more than " + REQUIREMENTS_MAX + " lines");
        }
        List<String> missing = new ArrayList<>();
        for (String line : lines) {
            if (!line.isEmpty()
                    && !line.startsWith("#")
                    && unmet(organization, line).isPresent()) {
                missing.add(line);
            }
        }
        return String.join("\n", missing);
    }

    /// Why what Python functions find on this server does not meet the manifest: a guest says it, which is given the
    /// manifest and runs none of it.
    private Optional<String> unmet(Organization organization, String manifest) throws Unmet, InterruptedException {
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
                        .map(why -> why.replaceFirst("^requirements[.]txt: ", ""));
            }
        } catch (IOException failed) {
            LOG.warn("what an image needs could not be kept", failed);
            throw new Unmet("the server could not check the manifest");
        }
    }
}
