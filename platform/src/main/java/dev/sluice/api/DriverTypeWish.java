package dev.sluice.api;

import dev.sluice.api.FunctionEntity.Tag;
import dev.sluice.api.KeptEntities.Kind;
import dev.sluice.org.Resource;
import java.util.List;

/// A type of event drivers: an image that makes events. Dispatch's clients see neither id nor status.
///
/// Source: contracts/dispatch.md 2.10, 6.
record DriverTypeWish(String name, String image, boolean expose, List<DriverConfig> config, List<Tag> tags)
        implements KeptEntity.Wish {
    static final Kind<DriverTypeWish> KIND = new Kind<>(
            "event driver type",
            Resource.EVENT,
            ".drivertype",
            DriverTypeWish.class,
            DriverTypeWish::parse,
            _ -> List.of(),
            (_, wish) -> wish);

    static final int NAME_CHARS_MAX = 32;

    DriverTypeWish {
        config = List.copyOf(config);
        tags = List.copyOf(tags);
    }

    private static DriverTypeWish parse(JsonBody fields) {
        List<DriverConfig> config = DriverConfig.of(fields);
        boolean expose = fields.flag("expose");
        String image = fields.requiredText("image");
        String name = fields.requiredName(NAME_CHARS_MAX);
        return new DriverTypeWish(name, image, expose, config, Tags.of(fields));
    }

    @Override
    public void writeTo(JsonWriter out, KeptEntity<?> entity, KeptEntity.State state) {
        out.field("name", name).field("kind", "DriverType").field("image", image);
        out.name("expose").value(expose);
        DriverConfig.write(config, out);
        out.field("created-time", entity.createdSeconds()).field("modified-time", entity.modifiedSeconds());
        Tag.write(tags, out);
    }
}
