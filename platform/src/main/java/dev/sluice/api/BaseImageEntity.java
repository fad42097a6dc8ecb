package dev.sluice.api;

import dev.sluice.image.BuiltInImages;
import dev.sluice.image.Runtime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A base image as Dispatch's clients see it: one of the server's own, which is READY, or one that is pulled.
///
/// @param status  INITIALIZED or UPDATING as it is kept; what it is at some moment is for [#at] to say
/// @param changedMillis when it was created or updated last
/// @param outcome what became of its pull, once that is over
record BaseImageEntity(
        String id,
        Wish wish,
        ImageStatus status,
        List<String> reason,
        long createdSeconds,
        long changedMillis,
        @Nullable Outcome outcome)
        implements NamedEntity {
    /// Whoever looks right after a change must see that it is under way.
    static final Duration LOOKED_AT = Duration.ofSeconds(1);

    BaseImageEntity {
        reason = List.copyOf(reason);
    }

    /// One of the two.
    record Outcome(@Nullable String problem, @Nullable Pulled pulled) {}

    /// An image that was pulled.
    ///
    /// @param image       the digest of the blob that it is kept as
    /// @param lengthBytes what its organization is charged for it: the blob, and its directory
    record Pulled(String image, long lengthBytes) {}

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
        return new BaseImageEntity(id, wish, next, why, createdSeconds, changedMillis, outcome);
    }

    BaseImageEntity with(Outcome its) {
        return new BaseImageEntity(id, wish, status, reason, createdSeconds, changedMillis, its);
    }

    /// As it is at that moment. A clock that was set back keeps nobody waiting.
    BaseImageEntity at(Instant now) {
        long age = now.toEpochMilli() - changedMillis;
        if (age >= 0 && age < LOOKED_AT.toMillis()) {
            return this;
        }
        if (BuiltInImages.language(wish.dockerUrl()).isPresent()) {
            return as(ImageStatus.READY, reason);
        }
        if (outcome == null) {
            return this;
        }
        return outcome.problem() == null
                ? as(ImageStatus.READY, reason)
                : as(ImageStatus.ERROR, List.of(wish.dockerUrl() + " cannot be pulled: " + outcome.problem()));
    }

    /// Whether it is none of the server's own, and has not been pulled yet.
    boolean isToBePulled() {
        return outcome == null && BuiltInImages.language(wish.dockerUrl()).isEmpty();
    }

    /// What it was pulled as; nothing for one of the server's own.
    Optional<Pulled> pulled() {
        return Optional.ofNullable(outcome).flatMap(its -> Optional.ofNullable(its.pulled()));
    }

    /// What it is made of, whatever its author says of one of the server's own.
    Optional<Runtime> runtime() {
        return BuiltInImages.language(wish.dockerUrl())
                .or(() -> pulled().map(_ -> wish.language()))
                .flatMap(Runtime::of);
    }

    static String languages() {
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
