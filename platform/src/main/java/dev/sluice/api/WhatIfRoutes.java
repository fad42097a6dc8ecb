package dev.sluice.api;

import dev.sluice.audit.DecisionLog;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.org.Action;
import dev.sluice.org.Organizations;
import dev.sluice.org.Policies;
import dev.sluice.org.Policy;
import dev.sluice.org.Roles;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/// `POST /v1/iam/whatif`: which of the decisions on record would be others if policies were others. Changes nothing, so
/// it is for who may read the policies; what global policies would decide, and did elsewhere, for who may read them
/// everywhere.
final class WhatIfRoutes {
    private static final String KIND = "policy";
    private static final Duration SINCE = Duration.ofHours(24);
    private static final Instant LAST = Instant.ofEpochMilli(Long.MAX_VALUE);
    private static final int REPLAYS_AT_ONCE_MAX = 2;
    private static final int PATIENCE_SECONDS = 10;

    private final IamDoor door;
    private final Organizations organizations;
    private final DecisionLog decisions;
    private final InstantSource clock;
    private final Semaphore replaying = new Semaphore(REPLAYS_AT_ONCE_MAX, true);

    WhatIfRoutes(IamDoor door, Organizations organizations, DecisionLog decisions, InstantSource clock) {
        this.door = door;
        this.organizations = organizations;
        this.decisions = decisions;
        this.clock = clock;
    }

    void addTo(Routes.Table table) {
        table.add("POST", "/v1/iam/whatif", Refusals.ofEntities(KIND, this::whatIf));
    }

    /// @param without names of policies that are left out
    private record Wish(List<Policy> policies, Set<String> without, Instant since) {
        /// Whether it would make, change or remove one that holds everywhere.
        boolean isGlobal(Policies present) {
            Predicate<String> isGlobalNow =
                    name -> present.policy(name).filter(Policy::global).isPresent();
            return policies.stream().anyMatch(policy -> policy.global() || isGlobalNow.test(policy.name()))
                    || without.stream().anyMatch(isGlobalNow);
        }
    }

    private Response whatIf(Request request) throws IOException, InterruptedException {
        IamDoor.Author author = door.author(request, Action.GET);
        Policies present = author.place().policies();
        Wish wish = wish(JsonBody.parse(request.body(IamDoor.BODY_BYTES_MAX)), present);
        if (wish.isGlobal(present)) {
            author.requireEverywhere();
        }
        if (!replaying.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw Rejection.of(503, "others replay their decisions: try again later");
        }
        try {
            return replay(author, wish);
        } finally {
            replaying.release();
        }
    }

    private Response replay(IamDoor.Author author, Wish wish) {
        Instant end = clock.instant();
        Policies then = author.place().policies().changed(wish.policies(), wish.without());
        var replay = new Replay(organizations, author.place(), then, author.isEverywhere(), System::nanoTime);
        var out = new JsonWriter(4 << 10);
        author.task().run(() -> {
            decisions.walk(author.organization().token(), wish.since(), replay::take);
            return replay;
        });
        replay.writeTo(out, wish.since(), end);
        return Response.json(200, out.done());
    }

    private Wish wish(JsonBody body, Policies present) {
        List<Policy> policies = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonNode json : body.list("policies")) {
            Policy policy = policy(JsonBody.ofObject(json), present.roles());
            if (!names.add(policy.name())) {
                throw bad(policy.name(), "it is there twice");
            }
            policies.add(policy);
        }
        List<String> without = body.texts("without");
        for (String name : without) {
            if (present.policy(name).isEmpty()) {
                throw Rejection.of(404, KIND + " " + name + " not found");
            }
            if (names.contains(name)) {
                throw bad(name, "it is both there and left out");
            }
        }
        if (policies.isEmpty() && without.isEmpty()) {
            throw Rejection.of(422, 602, "policies in body is required");
        }
        return new Wish(policies, Set.copyOf(without), since(body));
    }

    private static Rejection bad(String name, String why) {
        return Rejection.of(400, "bad request when processing " + KIND + " " + name + ": " + why);
    }

    private static Policy policy(JsonBody json, Roles roles) {
        return new Policy("", json.requiredName(), json.flag("global"), PolicyRules.of(json, roles), 0, 0);
    }

    private Instant since(JsonBody body) {
        Optional<String> text = body.text("since");
        try {
            Instant since =
                    text.map(Instant::parse).orElseGet(() -> clock.instant().minus(SINCE));
            return since.isBefore(Instant.EPOCH) ? Instant.EPOCH : since.isAfter(LAST) ? LAST : since;
        } catch (DateTimeParseException noTime) {
            throw Rejection.of(422, 601, "since in body must be of type date-time: \"" + text.orElse("") + "\"");
        }
    }
}
