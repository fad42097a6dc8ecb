package dev.sluice.audit;

import dev.sluice.bytes.Bytes;
import dev.sluice.kernel.Trace;
import dev.sluice.kernel.Trace.Denial;
import dev.sluice.kernel.Trace.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Why something has its label or was refused: as words, as JSON, and as a picture ([Picture]). Made for a reader who
/// is cleared for all of it.
///
/// @param id   the request's or the run's
/// @param kind `run`, or what the record says
/// @param what what was asked for
/// @param who  what the doer acted for
/// @param need the policy that was missing; empty where it was not one
/// @param flow nothing where no label was involved
public record Explanation(
        String id, String kind, long timeMillis, String what, String who, String need, Optional<Flow> flow) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// Of a record that tells all itself.
    public static Explanation of(String id, AuditRecord record) {
        return new Explanation(
                id,
                record.kind(),
                record.timeMillis(),
                record.what(),
                record.who(),
                record.details().getOrDefault("need", ""),
                Flow.decode(Bytes.utf8(record.trace())));
    }

    /// One part of the story.
    record Scene(Role role, List<String> lines) {
        enum Role {
            BEGINNING,
            STEP,
            LABEL,
            DENIAL,
            REMEDY
        }

        Scene(Role role, String... lines) {
            this(role, List.of(lines));
        }
    }

    /// The story in order.
    List<Scene> scenes() {
        var scenes = new ArrayList<Scene>();
        scenes.add(new Scene(Scene.Role.BEGINNING, kind + " " + id, what, "acting for " + who));
        if (!need.isEmpty()) {
            scenes.add(new Scene(Scene.Role.DENIAL, "no policy allows: " + need));
            scenes.add(new Scene(Scene.Role.REMEDY, "smallest remedy:", "a policy that allows " + need));
        }
        flow.ifPresent(f -> tell(f, scenes));
        return scenes;
    }

    private static void tell(Flow flow, List<Scene> scenes) {
        Trace trace = flow.trace();
        scenes.add(new Scene(Scene.Role.LABEL, "it began at " + trace.start()));
        if (trace.omitted() > 0) {
            scenes.add(new Scene(Scene.Role.STEP, trace.omitted() + " earlier steps are not kept"));
        }
        trace.steps().forEach(step -> scenes.add(new Scene(Scene.Role.STEP, Words.of(step))));
        scenes.add(new Scene(Scene.Role.LABEL, "its label was " + trace.label(), "its highest " + trace.highest()));
        trace.denial().ifPresent(denial -> tell(denial, scenes));
        flow.delivery().ifPresent(denial -> tell(denial, scenes));
    }

    private static void tell(Denial denial, List<Scene> scenes) {
        var lines = new ArrayList<String>();
        lines.add(Words.of(denial));
        lines.add(Words.formula(denial));
        scenes.add(new Scene(Scene.Role.DENIAL, lines));
        var remedy = new ArrayList<String>(List.of("smallest remedy:"));
        remedy.addAll(Remedy.of(denial).words(denial));
        scenes.add(new Scene(Scene.Role.REMEDY, remedy));
    }

    /// For people, and for terminals: without control characters.
    public Bytes text() {
        var out = new StringBuilder();
        for (Scene scene : scenes()) {
            String first = scene.role() == Scene.Role.BEGINNING ? "" : "  ";
            for (String line : scene.lines()) {
                out.append(first).append(line.replaceAll("\\p{Cc}", "?")).append('\n');
                first = scene.role() == Scene.Role.BEGINNING ? "  " : "    ";
            }
        }
        return Bytes.utf8(out.toString());
    }

    public Bytes json() {
        ObjectNode root = JSON.createObjectNode();
        root.put("id", id)
                .put("kind", kind)
                .put("time", Instant.ofEpochMilli(timeMillis).toString());
        root.put("what", what).put("who", who);
        if (!need.isEmpty()) {
            root.put("need", need);
        }
        flow.ifPresent(f -> {
            Trace trace = f.trace();
            root.put("start", trace.start().toString())
                    .put("label", trace.label().toString());
            root.put("highest", trace.highest().toString()).put("omitted", trace.omitted());
            ArrayNode steps = root.putArray("steps");
            trace.steps().forEach(step -> write(step, steps.addObject()));
            trace.denial().ifPresent(denial -> write(denial, root.putObject("denial")));
            f.delivery().ifPresent(denial -> write(denial, root.putObject("delivery")));
        });
        return Bytes.takeOver(JSON.writeValueAsBytes(root));
    }

    private static void write(Step step, ObjectNode out) {
        out.put("act", step.act().name().toLowerCase(Locale.ROOT)).put("what", step.what());
        out.put("source", step.source().toString());
        out.put("before", step.before().toString()).put("after", step.after().toString());
    }

    private static void write(Denial denial, ObjectNode out) {
        Remedy remedy = Remedy.of(denial);
        out.put("check", denial.check().name().toLowerCase(Locale.ROOT)).put("what", denial.what());
        out.put("words", Words.of(denial)).put("formula", Words.formula(denial));
        out.put("from", denial.from().toString()).put("to", denial.to().toString());
        out.putObject("used")
                .put("secrecy", denial.usedSecrecy().toString())
                .put("integrity", denial.usedIntegrity().toString());
        out.putObject("lacking")
                .put("secrecy", remedy.secrecy().toString())
                .put("integrity", remedy.integrity().toString());
        ArrayNode remedies = out.putArray("remedies");
        remedy.words(denial).forEach(remedies::add);
    }
}
