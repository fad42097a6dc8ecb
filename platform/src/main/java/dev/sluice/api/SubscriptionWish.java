package dev.sluice.api;

import dev.sluice.api.FunctionEntity.Tag;
import dev.sluice.api.KeptEntities.Kind;
import dev.sluice.bytes.Bytes;
import dev.sluice.event.Filter;
import dev.sluice.event.Sink;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import dev.sluice.org.Action;
import dev.sluice.org.Need;
import dev.sluice.org.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A subscription: which events are to become runs of a function. Dispatch's clients see no id.
///
/// Source: contracts/dispatch.md 2.10, 6; design/labels.md section 4.
/// @param filters that an event passes, beside its type; ours, as [Filters] reads them
/// @param label   what its runs know of events from the start, beside what all of its organization's may; empty for
///                nothing; ours
/// @param sink    where its events go in place of a function, which is empty then; ours
/// @param paused  whether its events wait; ours
record SubscriptionWish(
        String name,
        String eventType,
        String function,
        List<String> secrets,
        List<Tag> tags,
        @Nullable List<JsonNode> filters,
        @Nullable Sink sink,
        @Nullable String label,
        boolean paused)
        implements KeptEntity.Wish {
    static final Kind<SubscriptionWish> KIND = new Kind<>(
            "subscription",
            Resource.EVENT,
            ".subscription",
            SubscriptionWish.class,
            SubscriptionWish::parse,
            SubscriptionWish::needs,
            (_, wish) -> wish);

    static final Pattern EVENT_TYPE = Pattern.compile("^[\\w\\d\\-\\.]+$");
    private static final Pattern WITH_STARS = Pattern.compile("^[\\w\\d\\-\\.\\*]+$");
    static final int EVENT_TYPE_CHARS_MAX = 128;
    private static final Pattern FUNCTION = Pattern.compile("^[\\w\\d][\\w\\d\\-]*$");

    SubscriptionWish {
        secrets = List.copyOf(secrets);
        tags = List.copyOf(tags);
        filters = filters == null ? List.of() : List.copyOf(filters); // the first ones had none
    }

    @Override
    public List<JsonNode> filters() {
        return filters == null ? List.of() : filters;
    }

    /// The events that become runs.
    Filter wanted() {
        Filter type = new Filter.Type(eventType);
        return filters().isEmpty() ? type : new Filter.All(List.of(type, Filters.all(filters())));
    }

    /// As it was checked.
    Component knows() {
        return label == null || label.isEmpty()
                ? Component.TRUE
                : Label.parse(label).secrecy();
    }

    /// Who starts with what is secret vouches for nothing: a label has no integrity.
    private static String label(JsonBody fields) {
        String label = fields.text("label").orElse("");
        try {
            if (label.isEmpty() || Label.parse(label).integrity().equals(Component.TRUE)) {
                return label;
            }
        } catch (LabelInvalid wrong) {
            throw badLabel();
        }
        throw badLabel();
    }

    private static Rejection badLabel() {
        return Rejection.of(
                400, "bad request when processing subscription: a label is SECRECY,T, such as acme/user/alice,T");
    }

    /// With its events waiting.
    SubscriptionWish whilePaused() {
        return new SubscriptionWish(name, eventType, function, secrets, tags, filters, sink, label, true);
    }

    private static SubscriptionWish parse(JsonBody fields) {
        String eventType = eventType(fields);
        Optional<Sink> sink = SinkTerms.of(fields);
        String function =
                sink.isPresent() ? none(fields) : fields.matching("function", FUNCTION, JsonBody.NAME_CHARS_MAX);
        String name = fields.requiredName();
        List<String> secrets = fields.texts("secrets");
        fields.requireStatus();
        List<JsonNode> filters = fields.list("filters");
        Filters.all(filters);
        return new SubscriptionWish(
                name,
                eventType,
                function,
                secrets,
                Tags.of(fields),
                filters,
                sink.orElse(null),
                label(fields),
                fields.flag("paused"));
    }

    private static String none(JsonBody fields) {
        if (!fields.text("function").orElse("").isEmpty()
                || !fields.texts("secrets").isEmpty()
                || !label(fields).isEmpty()) {
            throw Rejection.of(
                    400,
                    "bad request when processing subscription: one with a sink has no function, no label, and names a"
                            + " secret in its sink");
        }
        return "";
    }

    /// Dispatch's clients know none with a `*`, and hear of no more than they know.
    private static String eventType(JsonBody fields) {
        return fields.text("eventType")
                .filter(text -> text.length() <= EVENT_TYPE_CHARS_MAX
                        && WITH_STARS.matcher(text).matches())
                .orElseGet(() -> fields.matching("eventType", EVENT_TYPE, EVENT_TYPE_CHARS_MAX));
    }

    /// Whoever has events run a function may do so himself, with those secrets.
    private static List<Need> needs(SubscriptionWish wish) {
        if (wish.sink != null) {
            return SinkTerms.needs(wish.sink);
        }
        List<Need> needs = new ArrayList<>(List.of(Need.of(Action.CREATE, Resource.RUNS, wish.function)));
        wish.secrets.forEach(secret -> needs.add(Need.of(Action.GET, Resource.SECRET, secret)));
        return needs;
    }

    @Override
    public void writeTo(JsonWriter out, KeptEntity<?> entity, KeptEntity.State state) {
        out.field("name", name).field("kind", "Subscription").field("eventType", eventType);
        out.field("function", function).fieldOrNull("secrets", secrets);
        out.field("status", state.status().name());
        out.field("createdTime", entity.createdSeconds()).field("modifiedTime", entity.modifiedSeconds());
        Tag.write(tags, out);
        if (sink != null) {
            SinkTerms.write(sink, out);
        }
        if (!filters().isEmpty()) {
            out.name("filters").raw(Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(filters())));
        }
        if (!knows().equals(Component.TRUE)) {
            out.field("label", Objects.requireNonNull(label));
        }
        if (paused) {
            out.name("paused").value(true);
        }
    }
}
