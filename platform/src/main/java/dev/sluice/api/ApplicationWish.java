package dev.sluice.api;

import dev.sluice.api.FunctionEntity.Tag;
import dev.sluice.api.KeptEntities.Kind;
import dev.sluice.org.Resource;
import java.util.List;

/// An application: a name that other entities are tagged with.
///
/// Source: contracts/dispatch.md 2.9.
record ApplicationWish(String name, List<Tag> tags) implements KeptEntity.Wish {
    static final Kind<ApplicationWish> KIND = new Kind<>(
            "application",
            Resource.APPLICATION,
            "",
            ApplicationWish.class,
            ApplicationWish::parse,
            _ -> List.of(),
            (_, wish) -> wish);

    ApplicationWish {
        tags = List.copyOf(tags);
    }

    private static ApplicationWish parse(JsonBody fields) {
        String name = fields.requiredName();
        fields.requireStatus();
        return new ApplicationWish(name, Tags.of(fields));
    }

    /// There is nothing to make, so it is READY at once.
    @Override
    public void writeTo(JsonWriter out, KeptEntity<?> entity, KeptEntity.State state) {
        out.field("id", entity.id()).field("name", name).field("kind", "Application");
        out.field("status", KeptEntity.Status.READY.name()).field("createdTime", entity.createdSeconds());
        out.field("modifiedTime", entity.modifiedSeconds());
        if (tags.isEmpty()) {
            out.name("tags").beginArray().endArray();
        } else {
            Tag.write(tags, out);
        }
    }
}
