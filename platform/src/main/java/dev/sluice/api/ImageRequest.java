package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// The bodies of creations and updates of base images and images, in the order in which Dispatch looks at their
/// fields. Fields that nobody knows mean nothing, and neither do `kind` and `groups`.
final class ImageRequest {
    static final int BODY_BYTES_MAX = 64 << 10;

    /// Of all that is kept of one: every list has all of them in memory.
    static final int FIELDS_BYTES_MAX = 32 << 10;

    private static final int REFERENCE_CHARS_MAX = 512;
    private static final int LANGUAGE_CHARS_MAX = 32;

    private ImageRequest() {}

    /// @throws Rejection 400, 422
    static BaseImageEntity.Wish baseImage(Bytes body) {
        JsonBody fields = JsonBody.parse(body);
        String reference = bounded(fields.requiredText("dockerUrl"), "dockerUrl", REFERENCE_CHARS_MAX);
        String language = fields.text("language").orElseThrow(() -> JsonBody.required("language"));
        String name = fields.requiredName();
        fields.requireStatus();
        return bounded(new BaseImageEntity.Wish(
                name, reference, bounded(language, "language", LANGUAGE_CHARS_MAX), Tags.of(fields)));
    }

    /// @throws Rejection 400, 422
    static ImageEntity.Wish image(Bytes body) {
        JsonBody fields = JsonBody.parse(body);
        String base = bounded(fields.requiredText("baseImageName"), "baseImageName", JsonBody.NAME_CHARS_MAX);
        String name = fields.requiredName();
        String manifest = fields.field("runtimeDependencies")
                .flatMap(needs -> object("runtimeDependencies", needs).text("manifest"))
                .orElse("");
        fields.requireStatus();
        List<ImageEntity.SystemPackage> packages = fields.field("systemDependencies")
                .map(needs -> packages(object("systemDependencies", needs)))
                .orElse(List.of());
        return bounded(new ImageEntity.Wish(name, base, manifest, packages, Tags.of(fields)));
    }

    private static List<ImageEntity.SystemPackage> packages(JsonBody needs) {
        List<ImageEntity.SystemPackage> packages = new ArrayList<>();
        for (JsonNode one : needs.list("packages")) {
            JsonBody stated = object("packages", one);
            packages.add(new ImageEntity.SystemPackage(
                    stated.text("name").orElse(""), stated.text("version").orElse("")));
        }
        return packages;
    }

    private static JsonBody object(String name, JsonNode value) {
        if (!value.isObject()) {
            throw JsonBody.wrongType(name, "object", value);
        }
        return new JsonBody(value);
    }

    private static String bounded(String text, String name, int charsMax) {
        if (text.length() > charsMax) {
            throw Rejection.of(422, 603, name + " in body should be at most " + charsMax + " chars long");
        }
        return text;
    }

    private static <W> W bounded(W wish) {
        if (JsonBody.JSON.writeValueAsBytes(wish).length > FIELDS_BYTES_MAX) {
            throw Rejection.of(422, 603, "all fields should be at most " + FIELDS_BYTES_MAX + " bytes together");
        }
        return wish;
    }
}
