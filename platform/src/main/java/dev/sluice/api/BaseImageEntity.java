package dev.sluice.api;

import dev.sluice.image.BuiltInImages;
import dev.sluice.image.Runtime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// A base image as Dispatch's clients see it. What became of it follows from what it was told: it is READY if its
/// reference is a base image that the server has.
///
/// @param status  INITIALIZED or UPDATING as it is kept; what it is at some moment is for [#at] to say
/// @param changedMillis when it was created or updated last
record BaseImageEntity(
        String id, Wish wish, ImageStatus status, List<String> reason, long createdSeconds, long changedMillis)
        implements NamedEntity {
    /// Whoever looks right after a change must see that it is under way.
    static final Duration LOOKED_AT = Duration.ofSeconds(1);

    BaseImageEntity {
        reason = List.copyOf(reason);
    }

    /// What its author asked for.
    ///
    /// @param language as he says it, which need not be that of the image
    record Wish(String name, String dockerUrl, String language, List<FunctionEntity.Tag> tags) {
        Wish {
            tags = List.copyOf(tags);
        }
    }

    @Override
    public String name() {
        return wish.name();
    }

    @Override
    public List<FunctionEntity.Tag> tags() {
        return wish.tags();
    }

    BaseImageEntity as(ImageStatus next, List<String> why) {
        return new BaseImageEntity(id, wish, next, why, createdSeconds, changedMillis);
    }

    /// As it is at that moment. A clock that was set back keeps nobody waiting.
    BaseImageEntity at(Instant now) {
        long age = now.toEpochMilli() - changedMillis;
        if (age >= 0 && age < LOOKED_AT.toMillis()) {
            return this;
        }
        return problem().map(why -> as(ImageStatus.ERROR, List.of(why))).orElseGet(() -> as(ImageStatus.READY, reason));
    }

    /// What it is made of, whatever its author says.
    Optional<Runtime> runtime() {
        return BuiltInImages.language(wish.dockerUrl()).flatMap(Runtime::of);
    }

    private Optional<String> problem() {
        if (runtime().isPresent()) {
            return Optional.empty();
        }
        return Optional.of(wish.dockerUrl() + " cannot be pulled: this server pulls from no registry yet, and has only"
                + " dispatchframework/LANGUAGE-base for " + languages());
    }

    private static String languages() {
        return Arrays.stream(Runtime.values()).map(Runtime::language).collect(Collectors.joining(", "));
    }

    /// As contracts/dispatch.md 2.4 has it.
    @Override
    public void writeTo(JsonWriter out) {
        out.beginObject().field("id", id).field("name", wish.name()).field("kind", "BaseImage");
        out.field("dockerUrl", wish.dockerUrl()).field("language", wish.language());
        out.name("groups").raw("null").fieldOrNull("reason", reason);
        FunctionEntity.Tag.write(wish.tags(), out);
        out.field("status", status.name()).field("createdTime", createdSeconds).endObject();
    }
}
