package dev.sluice.fuzz;

import static dev.sluice.fuzz.Programs.call;

import dev.sluice.fuzz.Scenario.Body;
import dev.sluice.fuzz.Scenario.Observer;
import dev.sluice.fuzz.Scenario.Op;
import dev.sluice.fuzz.Scenario.Presence;
import dev.sluice.fuzz.Scenario.Program;
import dev.sluice.fuzz.Scenario.Step;
import java.util.ArrayList;
import java.util.List;

/// Attacks of several requests, each of which means nothing without the others. Which names and labels they are about
/// is left to chance.
final class Stories {
    /// The first segment of the URL of an external gate that an attacker makes.
    static final String OWN_SERVICE = "own";

    private final Chance chance;
    private final Observer observer;
    private final Places places;
    private final Requests requests;

    Stories(Chance chance, Observer observer, Places places, Requests requests) {
        this.chance = chance;
        this.observer = observer;
        this.places = places;
        this.requests = requests;
    }

    List<Step> story(String drop) {
        boolean asks = !observer.account().equals(Vocabulary.NOBODY_ASKS);
        return switch (chance.below(asks && !observer.account().isEmpty() ? 10 : 6)) {
            case 0 -> laundering(drop);
            case 1 -> takenInstance(drop);
            case 2 -> chance.percent(50) ? List.of(forged(), forged()) : delegation(drop);
            case 3 -> nested(drop);
            case 4, 5 -> asks ? List.of(versions(drop)) : List.of(endorsed(drop));
            case 6 -> ownService(drop);
            case 7 -> delegation(drop);
            default -> ownGate(drop);
        };
    }

    private String attacker() {
        return observer.account().equals(Vocabulary.NOBODY_ASKS) ? "mallory" : observer.account();
    }

    /// One run leaves what it knows in its instance, another one looks for it.
    private List<Step> laundering(String drop) {
        String gate = chance.of(places.gates(attacker()));
        Op reading = call("read_file", "\"path\":\"" + chance.of(places.paths()) + "\"");
        return List.of(
                invoke(attacker(), gate, List.of(reading, new Op.Word("remember")), drop),
                invoke(chance.of("", attacker()), gate, List.of(new Op.Word("recall")), drop));
    }

    /// A caller that knows a secret and tells it to its callee, or one that goes by whether its callee fails for one.
    private List<Step> nested(String drop) {
        Op reading = call("read_file", "\"path\":\"" + chance.of(places.paths()) + "\"");
        boolean isTold = chance.percent(50);
        List<Op> inner = isTold
                ? List.of(Programs.publish(drop), new Op.Word("recall"))
                : List.of(reading, new Op.If("secret-1", List.of(new Op.Word("fail")), List.of()));
        String program = new Program(inner, "return").json(isTold ? "$seen" : "");
        Op calling = call(
                "invoke",
                "\"gate\":\"" + chance.of(places.gates("")) + "\",\"sync\":" + (!isTold || chance.percent(70))
                        + ",\"payload\":{\"$json\":" + program + "}");
        String gate = chance.of(places.gates(attacker()));
        return List.of(invoke(attacker(), gate, isTold ? List.of(reading, calling) : List.of(calling), drop));
    }

    /// How often something has been written that one may write and not read.
    private Step versions(String drop) {
        if (chance.percent(40)) {
            String target = "/faasten/fs/" + Requests.encoded(chance.of(places.rewritten()));
            return new Step(attacker(), "PUT", target, List.of(), new Body.Same("mine"), Presence.BOTH);
        }
        String path = "\"path\":\"" + chance.of(places.rewritten()) + "\"";
        String content = ",\"content\":{\"$bytes\":\"mine\"}";
        Op writing = chance.of(
                call("write_if", path + content + ",\"version\":1"),
                call("write_if", path + content + ",\"version\":2"),
                call("write_file", path + content));
        return invoke(attacker(), chance.of(places.gates(attacker())), List.of(writing), drop);
    }

    /// Somebody whom the observer does not rely on has a function say that it may be relied on.
    private Step endorsed(String drop) {
        Op endorsing = call("endorse", "\"integrity\":\"" + chance.of(Vocabulary.ALICE, Vocabulary.ALICE, "F") + "\"");
        Step step = invoke(attacker(), chance.of(places.gates(attacker())), List.of(endorsing), drop);
        return new Step(step.who(), step.method(), step.target(), step.headers(), step.body(), attack());
    }

    /// A run that everybody may know of leaves a mark in its instance; a secret one may take the instance away.
    private List<Step> takenInstance(String drop) {
        String gate = chance.of(places.gates(attacker()));
        Op reading = call("read_file", "\"path\":\"" + chance.of(places.paths()) + "\"");
        var steps = new ArrayList<Step>();
        steps.add(invoke(attacker(), gate, List.of(call("current_label", ""), new Op.Word("remember")), drop));
        steps.add(requests.secretInvocation(drop));
        steps.add(invoke(attacker(), gate, List.of(reading), drop));
        steps.add(invoke(attacker(), gate, List.of(new Op.Word("recall")), drop));
        return steps;
    }

    /// Alice's name under a token that is not hers, or not any more.
    private Step forged() {
        String path = Requests.encoded(chance.of(places.paths()));
        List<String> headers = List.of(Client.AUTHORIZATION, chance.of("$forged", "$expired"));
        return chance.percent(60)
                ? new Step(
                        attacker(),
                        "GET",
                        "/faasten/fs/" + path + "?op=" + chance.of("read", "list", "stat"),
                        headers,
                        new Body.Same(""),
                        Presence.BOTH)
                : new Step(attacker(), "PUT", "/faasten/fs/" + path, headers, new Body.Same("forged"), attack());
    }

    /// Requests of somebody whom the observer does not rely on may well be in one world only.
    private Presence attack() {
        return observer.account().equals(Vocabulary.NOBODY_ASKS) ? chance.of(Presence.values()) : Presence.BOTH;
    }

    /// A gate of the attacker's own, which grants itself what it likes.
    private List<Step> ownGate(String drop) {
        String mine = "T," + Vocabulary.principal(attacker());
        String path = Vocabulary.facet(mine) + ":mine";
        String victim = chance.of(Vocabulary.ALICE, Vocabulary.ALICE, Vocabulary.MALLORY, Vocabulary.BOB, "F");
        boolean isBoth = chance.percent(30);
        String privilege = isBoth || chance.percent(50) ? victim : "T";
        String declassify = isBoth || privilege.equals("T") ? victim : "T";
        String label = chance.percent(50) ? "" : ",\"label\":\"T," + victim + "\"";
        String body = "{\"path\":\"" + path
                + "\",\"image\":\"python3\",\"blob\":\"$blob0\",\"handler\":\"main.handle\","
                + "\"convention\":\"faasten\",\"privilege\":\"" + privilege + "\",\"declassify\":\"" + declassify
                + "\"" + label + "}";
        List<String> json = List.of("Content-Type", "application/json");
        Op reading = call("read_file", "\"path\":\"" + chance.of(places.paths()) + "\"");
        Op releasing = call("declassify", "\"secrecy\":\"T\"");
        return List.of(
                new Step(
                        attacker(),
                        "POST",
                        "/blobs",
                        List.of(),
                        new Body.Same(World.source(Interpreter.Trust.ANYTHING)),
                        Presence.BOTH),
                new Step(attacker(), "POST", "/gates", json, new Body.Same(body), Presence.BOTH),
                invoke(attacker(), path, List.of(reading, releasing), drop));
    }

    /// An external gate of the attacker's own, which lets out what it likes.
    private List<Step> ownService(String drop) {
        String mine = Vocabulary.principal(attacker());
        String path = Vocabulary.facet("T," + mine) + ":service";
        String victim = chance.of(Vocabulary.ALICE, Vocabulary.ALICE, Vocabulary.MALLORY, Vocabulary.BOB, "F");
        String body = "{\"path\":\"" + path + "\",\"url\":\"$sink/" + OWN_SERVICE
                + "/{x}\",\"verb\":\"POST\",\"privilege\":\"" + chance.of("T", mine, victim)
                + "\",\"egress\":\"" + chance.of("T", mine, victim) + ",T\""
                + (chance.percent(50) ? "" : ",\"label\":\"T," + victim + "\"") + "}";
        List<String> json = List.of("Content-Type", "application/json");
        Op reading = call("read_file", "\"path\":\"" + chance.of(places.paths()) + "\"");
        Op sending = call(
                "invoke_service",
                "\"service\":\"" + path + "\",\"body\":{\"$bytes\":\"$seen\"},\"parameters\":{\"x\":\"a\"}");
        return List.of(
                new Step(attacker(), "POST", "/gates", json, new Body.Same(body), Presence.BOTH),
                invoke(attacker(), chance.of(places.gates(attacker())), List.of(reading, sending), drop));
    }

    /// A token for a part of what the attacker is, or is not, and what can be done with it.
    private List<Step> delegation(String drop) {
        String mine = Vocabulary.principal(attacker());
        String victim = chance.of(Vocabulary.ALICE, Vocabulary.ALICE, Vocabulary.MALLORY, Vocabulary.BOB, "F");
        String part = chance.of(mine, mine + "/app", mine + "|" + victim, mine + "&" + victim, victim, victim);
        List<String> json = List.of("Content-Type", "application/json");
        List<String> delegated = List.of(Client.AUTHORIZATION, "Bearer $token0");
        String body = "{\"component\":\"" + part + "\",\"bootstrap\":" + chance.percent(20) + "}";
        var steps = new ArrayList<Step>();
        steps.add(new Step(attacker(), "POST", "/faasten/delegate", json, new Body.Same(body), attack()));
        if (chance.percent(15)) {
            steps.add(new Step(attacker(), "POST", "/faasten/revoke", List.of(), new Body.Same(""), attack()));
        }
        String path = "/faasten/fs/" + Requests.encoded(chance.of(places.paths()));
        String query = chance.of("?op=read", "?op=list", "");
        steps.add(new Step(
                attacker(),
                query.isEmpty() ? "PUT" : "GET",
                path + query,
                delegated,
                new Body.Same(query.isEmpty() ? "delegated" : ""),
                attack()));
        steps.add(new Step(
                attacker(),
                "GET",
                chance.of("/me", "/v1/runs", "/v1/explain/$request0", "/v1/function"),
                delegated,
                new Body.Same(""),
                attack()));
        Op reading = call("read_file", "\"path\":\"" + chance.of(places.paths()) + "\"");
        Step run = invoke(attacker(), chance.of(places.gates(attacker())), List.of(reading), drop);
        var headers = new ArrayList<>(run.headers());
        headers.addAll(delegated);
        steps.add(new Step(run.who(), run.method(), run.target(), headers, run.body(), run.presence()));
        return steps;
    }

    private Step invoke(String who, String gate, List<Op> ops, String drop) {
        var all = new ArrayList<>(ops);
        all.add(Programs.publish(drop));
        var body = new Body.Payload(new Program(all, "return"), "", "", "%s");
        return new Step(
                who,
                "POST",
                "/faasten/invoke/" + Requests.encoded(gate),
                List.of("Content-Type", "application/json"),
                body,
                Presence.BOTH);
    }
}
