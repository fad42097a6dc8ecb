package dev.sluice.api;

import dev.sluice.bytes.Digest;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An image as Dispatch's clients see it.
///
/// @param language of its base image, once that is known; of a READY one it names the runtime
/// @param reason   why it is in error; at most one
/// @param built    what was installed for it, if anything had to be
/// @param pulled   what its base image was pulled as, if that is none of the server's own
record ImageEntity(
        String id,
        Wish wish,
        String language,
        ImageStatus status,
        List<String> reason,
        long createdSeconds,
        @Nullable Built built,
        BaseImageEntity.@Nullable Pulled pulled)
        implements NamedEntity {
    ImageEntity {
        reason = List.copyOf(reason);
    }

    /// One that is still to be built.
    ImageEntity(String id, Wish wish, String language, ImageStatus status, List<String> reason, long createdSeconds) {
        this(id, wish, language, status, reason, createdSeconds, null, null);
    }

    /// @param key   the same for the same needs
    /// @param layer the digest of the layer that they became
    record Built(String key, String layer, long lengthBytes) {}

    /// What its author asked for.
    ///
    /// @param manifest what of its language it needs: the text of a `requirements.txt` and its like; may be empty
    record Wish(
            String name,
            String baseImage,
            String manifest,
            List<SystemPackage> packages,
            List<FunctionEntity.Tag> tags) {
        Wish {
            packages = List.copyOf(packages);
            tags = List.copyOf(tags);
        }
    }

    record SystemPackage(String name, String version) {}

    @Override
    public String name() {
        return wish.name();
    }

    @Override
    public List<FunctionEntity.Tag> tags() {
        return wish.tags();
    }

    ImageEntity as(ImageStatus next, String inLanguage, List<String> why) {
        return new ImageEntity(id, wish, inLanguage, next, why, createdSeconds, built, pulled);
    }

    /// What lies below the functions on it.
    List<Digest> layers() {
        return built == null ? List.of() : List.of(new Digest(built.layer()));
    }

    ImageEntity with(@Nullable Built installed) {
        return new ImageEntity(id, wish, language, status, reason, createdSeconds, installed, pulled);
    }

    ImageEntity on(BaseImageEntity.@Nullable Pulled base) {
        return new ImageEntity(id, wish, language, status, reason, createdSeconds, built, base);
    }

    /// What its functions run on, unless that is what the host has.
    Optional<Digest> root() {
        return Optional.ofNullable(pulled).map(its -> new Digest(its.image()));
    }

    /// As contracts/dispatch.md 2.4 has it.
    @Override
    public void writeTo(JsonWriter out) {
        boolean isBuilt = status == ImageStatus.READY;
        out.beginObject().field("id", id).field("name", wish.name()).field("kind", "Image");
        out.field("baseImageName", wish.baseImage()).field("dockerUrl", isBuilt ? "sluice/" + id + ":latest" : "");
        out.field("language", language).name("groups").raw("null").fieldOrNull("reason", reason);
        out.name("runtimeDependencies").beginObject();
        if (!wish.manifest().isEmpty()) {
            out.field("manifest", wish.manifest());
        }
        out.endObject().name("systemDependencies").beginObject().name("packages");
        if (wish.packages().isEmpty()) {
            out.raw("null");
        } else {
            out.beginArray();
            wish.packages()
                    .forEach(one -> out.beginObject()
                            .field("name", one.name())
                            .field("version", one.version())
                            .endObject());
            out.endArray();
        }
        out.endObject();
        FunctionEntity.Tag.write(wish.tags(), out);
        out.field("status", status.name()).field("createdTime", createdSeconds).endObject();
    }
}
