package dev.sluice.api;

import dev.sluice.api.FunctionEntity.Tag;
import dev.sluice.api.KeptEntities.Kind;
import dev.sluice.event.Filter;
import dev.sluice.org.Action;
import dev.sluice.org.Need;
import dev.sluice.org.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// A subscription: which events are to become runs of a function. Dispatch's clients see no id.
///
/// Source: contracts/dispatch.md 2.10, 6; design/labels.md section 4.
record SubscriptionWish(String name, String eventType, String function, List<String> secrets, List<Tag> tags)
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
    static final int EVENT_TYPE_CHARS_MAX = 128;
    private static final Pattern FUNCTION = Pattern.compile("^[\\w\\d][\\w\\d\\-]*$");

    SubscriptionWish {
        secrets = List.copyOf(secrets);
        tags = List.copyOf(tags);
    }

    /// The events that become runs.
    Filter wanted() {
        return new Filter.Type(eventType);
    }

    private static SubscriptionWish parse(JsonBody fields) {
        String eventType = fields.matching("eventType", EVENT_TYPE, EVENT_TYPE_CHARS_MAX);
        String function = fields.matching("function", FUNCTION, JsonBody.NAME_CHARS_MAX);
        String name = fields.requiredName();
        List<String> secrets = fields.texts("secrets");
        fields.requireStatus();
        return new SubscriptionWish(name, eventType, function, secrets, Tags.of(fields));
    }

    /// Whoever has events run a function may do so himself, with those secrets.
    private static List<Need> needs(SubscriptionWish wish) {
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
    }
}
