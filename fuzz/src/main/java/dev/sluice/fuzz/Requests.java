package dev.sluice.fuzz;

import dev.sluice.fuzz.Scenario.Body;
import dev.sluice.fuzz.Scenario.Observer;
import dev.sluice.fuzz.Scenario.Presence;
import dev.sluice.fuzz.Scenario.Step;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Makes requests. The observer and nobody in particular ask for anything; whoever owns a secret asks for nothing
/// that would carry it to where it may be seen, because he may do that.
final class Requests {
    private static final String FS = "/faasten/fs/";
    private static final Body NOTHING = new Body.Same("");

    private final Chance chance;
    private final Observer observer;
    private final Places places;
    private final Programs programs;

    Requests(Chance chance, Observer observer, Places places) {
        this.chance = chance;
        this.observer = observer;
        this.places = places;
        this.programs = new Programs(chance, places);
    }

    Step step(String drop) {
        String who =
                chance.percent(50) && isAsking() ? observer.account() : chance.of("", "alice", "bob", "dev", "mallory");
        if (chance.percent(10)) {
            return run(chance.of(who, "bob", "dev", "mallory"), drop);
        }
        if (chance.percent(60)) {
            return invocation(who, drop, chance.percent(60) ? Vocabulary.PUBLIC : chance.of(Vocabulary.LABELS));
        }
        if (isAsking()) {
            return who.isEmpty() || who.equals(observer.account()) ? anything(who) : pure(who);
        }
        return who.equals("alice") ? pure(who) : onlyIn(anything(who), chance.of(Presence.values()));
    }

    /// Somebody runs something on a secret of his.
    Step secretInvocation(String drop) {
        return invocation(chance.of("alice", "bob", "mallory"), drop, places.label(100));
    }

    private boolean isAsking() {
        return !observer.account().equals(Vocabulary.NOBODY_ASKS);
    }

    private Step invocation(String who, String drop, String start) {
        boolean isOwner = !who.isEmpty() && !who.equals(observer.account());
        boolean isSecret = places.isHigh(start);
        String gate = chance.percent(92) ? chance.of(places.gates(who)) : places.newPath();
        String first = Vocabulary.SECRET_FIRST;
        String second = isSecret ? Vocabulary.SECRET_SECOND : first;
        Presence presence =
                isSecret && isOwner && mayKnowNothingOfRuns() ? chance.of(Presence.values()) : Presence.BOTH;
        var program = programs.program(drop);
        if (chance.percent(70)) {
            var headers = new ArrayList<>(List.of("Content-Type", "application/json"));
            if (!start.equals(Vocabulary.PUBLIC) || chance.percent(50)) {
                headers.addAll(List.of("X-Faasten-Label", start));
            }
            if (presence == Presence.BOTH && chance.percent(8)) {
                headers.addAll(List.of("Idempotency-Key", "k"));
            }
            var body = new Body.Payload(program, first, second, "%s");
            return new Step(who, "POST", "/faasten/invoke/" + encoded(gate), headers, body, presence);
        }
        String around = "{\"path\":\"" + gate + "\",\"label\":\"" + start + "\",\"payload\":%s}";
        return new Step(who, "POST", "/invoke", json(), new Body.Payload(program, first, second, around), presence);
    }

    /// A run of an organization's function, by somebody who may run functions or may not.
    private Step run(String who, String drop) {
        String body = "{\"blocking\":" + chance.percent(70) + ",\"input\":%s}";
        String same = Vocabulary.SECRET_FIRST;
        var payload = new Body.Payload(programs.program(drop), same, same, body);
        String name = chance.percent(90) ? Realm.FUNCTION : "g";
        return new Step(who, "POST", "/v1/runs?functionName=" + name, json(), payload, Presence.BOTH);
    }

    /// Whether it is a secret to the observer that a caller of an organization has run something.
    private boolean mayKnowNothingOfRuns() {
        return List.of("acme", "blue").stream()
                .allMatch(organization -> !observer.maySee(
                        Label.of(Component.parse(organization + "/runs"), Component.parse(organization + "/runs"))));
    }

    private Step anything(String who) {
        String path = places.path();
        return switch (chance.below(18)) {
            case 0, 1 -> get(who, path, "?op=read");
            case 2 -> get(who, path, "?op=list");
            case 3 -> get(who, chance.percent(50) ? "home" : path, "?op=list&clearance=" + encoded(component()));
            case 4, 5 -> get(who, path, "?op=stat");
            case 6 -> put(who, path, chance.percent(30) ? "?version=1" : labeled("?"));
            case 7 -> make(who, path);
            case 8 -> new Step(who, "DELETE", FS + encoded(path), List.of(), NOTHING, Presence.BOTH);
            case 9 -> link(who, places.path(), path);
            case 10 -> blob(who);
            case 11, 12 -> gate(who, path);
            case 13 ->
                ask(
                        who,
                        chance.of(
                                "/v1/runs",
                                "/v1/runs?functionName=" + Realm.FUNCTION,
                                "/v1/function",
                                "/v1/function/" + Realm.FUNCTION,
                                "/v1/audit",
                                "/me"));
            case 14 -> linkBlob(who, path);
            case 15 -> ask(who, "/v1/runs/$id" + chance.below(4));
            case 16 -> ask(who, "/v1/explain/$id" + chance.below(4));
            default -> ask(who, "/v1/explain/$request" + chance.below(4) + "?format=text");
        };
    }

    /// What an owner of secrets may ask for: it stays on one side of what the observer may see.
    private Step pure(String who) {
        boolean isHigh = chance.percent(60);
        List<String> facets = Vocabulary.LABELS.stream()
                .filter(label -> observer.maySee(Label.parse(label)) != isHigh)
                .toList();
        if (facets.isEmpty()) {
            return get(who, "home", "?op=list");
        }
        String path = Vocabulary.facet(chance.of(facets)) + ":" + chance.of(Vocabulary.NAMES);
        String other = Vocabulary.facet(chance.of(facets)) + ":" + chance.of(Vocabulary.NAMES);
        Step step = switch (chance.below(5)) {
            case 0 -> link(who, other, path);
            case 1 -> make(who, path);
            case 2 -> new Step(who, "DELETE", FS + encoded(path), List.of(), NOTHING, Presence.BOTH);
            default -> put(who, path, labeled("?"));
        };
        return isHigh ? onlyIn(step, chance.of(Presence.values())) : step;
    }

    private static Step onlyIn(Step step, Presence presence) {
        return new Step(step.who(), step.method(), step.target(), step.headers(), step.body(), presence);
    }

    static Step ask(String who, String target) {
        return new Step(who, "GET", target, List.of(), NOTHING, Presence.BOTH);
    }

    private Step get(String who, String path, String query) {
        return new Step(who, "GET", FS + encoded(path) + query, List.of(), NOTHING, Presence.BOTH);
    }

    private Step put(String who, String path, String query) {
        return new Step(who, "PUT", FS + encoded(path) + query, List.of(), new Body.Same("written"), Presence.BOTH);
    }

    private Step make(String who, String path) {
        String query = "?op=mkdir" + (chance.percent(30) ? "&faceted=true" : labeled("&"));
        return new Step(who, "POST", FS + encoded(path) + query, List.of(), NOTHING, Presence.BOTH);
    }

    private Step link(String who, String target, String path) {
        return new Step(
                who,
                chance.percent(70) ? "POST" : "PUT",
                "/dirs/" + encoded(path),
                json(),
                new Body.Same("{\"target\":\"" + target + "\"}"),
                Presence.BOTH);
    }

    private Step blob(String who) {
        String query = chance.percent(50) ? "" : labeled("?");
        String source = World.source(Interpreter.Trust.ANYTHING);
        return new Step(who, "POST", "/blobs" + query, List.of(), new Body.Same(source), Presence.BOTH);
    }

    private Step linkBlob(String who, String path) {
        String body = "{\"blob\":\"$blob" + chance.below(3) + "\"}";
        return new Step(who, "POST", "/dirs/" + encoded(path), json(), new Body.Same(body), Presence.BOTH);
    }

    private Step gate(String who, String path) {
        boolean isThere = chance.percent(30);
        String body = "{\"path\":\"" + (isThere ? chance.of(places.gates("")) : path)
                + "\",\"image\":\"python3\",\"blob\":\"$blob"
                + chance.below(2) + "\",\"handler\":\"main.handle\",\"convention\":\"faasten\",\"privilege\":\""
                + chance.of("T", component()) + "\",\"declassify\":\"" + chance.of("T", component()) + "\"}";
        return new Step(who, isThere ? "PUT" : "POST", "/gates", json(), new Body.Same(body), Presence.BOTH);
    }

    private String labeled(String separator) {
        return chance.percent(40) ? "" : separator + "label=" + encoded(chance.of(Vocabulary.LABELS));
    }

    private String component() {
        return chance.of(Vocabulary.COMPONENTS);
    }

    private static List<String> json() {
        return List.of("Content-Type", "application/json");
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
