package dev.sluice.api;

import dev.sluice.build.BuildFailed;
import dev.sluice.build.BuildLog;
import dev.sluice.build.Builds;
import dev.sluice.build.Needs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.BlobRef;
import dev.sluice.function.SourceFiles;
import dev.sluice.image.Runtime;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Organization;
import java.util.List;
import java.util.Optional;

/// What a function's own project needs: the jars that its `pom.xml` names, in the place of those that its image's
/// names (contracts/dispatch.md 4.3). Thread-safe; callers wait.
final class ProjectNeeds {
    private static final String PROJECT = "pom.xml";
    private static final int PROJECT_BYTES_MAX = 256 << 10;
    private static final String DEPENDENCY = "<dependency>";
    private static final String REMEDY = "; or put their jars into the function's source, beside " + PROJECT;

    private final ImageLayers images;
    private final Builds builds;
    private final FunctionVersions versions;

    ProjectNeeds(ImageLayers images, Builds builds, FunctionVersions versions) {
        this.images = images;
        this.builds = builds;
        this.versions = versions;
    }

    /// The layers that the function stands on: its image's, or one that is installed for it and kept with its version.
    List<Digest> layers(Organization organization, FunctionEntity entity, Ground ground, SourceFiles source)
            throws Unfit, InterruptedException {
        Optional<String> project = project(ground.runtime(), source);
        if (project.isEmpty()) {
            return ground.layers();
        }
        if (project.get().length() > PROJECT_BYTES_MAX) {
            throw new Unfit(PROJECT + " is longer than " + (PROJECT_BYTES_MAX >> 10) + " KiB");
        }
        if (ground.root().isPresent()) {
            throw new Unfit(PROJECT + " names dependencies, and nothing is fetched for a function whose image was"
                    + " pulled: put them into that image" + REMEDY);
        }
        if (!builds.canFetch(Runtime.JAVA)) {
            throw new Unfit(PROJECT + " names dependencies: " + Builds.remedy(Runtime.JAVA) + REMEDY);
        }
        var needs = new Needs(Runtime.JAVA, project.get(), ground.packages());
        try (ImageLayers.Shared same =
                images.ofAnEqualImage(organization, ImageNeeds.key(needs)).orElse(null)) {
            if (same != null) {
                var shared = new BlobRef(
                        new Digest(same.built().layer()), same.built().lengthBytes());
                versions.keepLayer(organization, entity, shared);
                return List.of(shared.digest());
            }
            try (Builds.Built built = builds.build(organization.token(), needs, new BuildLog())) {
                versions.keepLayer(organization, entity, new BlobRef(built.layer(), built.lengthBytes()));
                return List.of(built.layer());
            }
        } catch (BuildFailed failed) {
            throw new Unfit(PROJECT + ": " + failed.reason());
        } catch (Refused refused) {
            if (refused.refusal() == Refusal.QUOTA) {
                throw new Unfit("the jars that " + PROJECT
                        + " names do not fit into what your organization may store: delete something, or ask for more");
            }
            throw refused;
        }
    }

    /// Its text, where jars have to be fetched for it.
    private static Optional<String> project(Runtime runtime, SourceFiles source) {
        boolean bringsJars = source.files().keySet().stream().anyMatch(name -> name.endsWith(".jar"));
        if (runtime != Runtime.JAVA || bringsJars) {
            return Optional.empty();
        }
        return Optional.ofNullable(source.files().get(PROJECT))
                .map(Bytes::utf8)
                .filter(text -> text.contains(DEPENDENCY));
    }
}
