package dev.sluice.api;

import dev.sluice.audit.AuditLog;
import dev.sluice.audit.AuditRecord;
import dev.sluice.audit.Explanation;
import dev.sluice.audit.Flow;
import dev.sluice.audit.Picture;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Trace;
import dev.sluice.label.Component;
import dev.sluice.run.Run;
import dev.sluice.run.Runs;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/// `GET /v1/explain/{id}`: why a request was refused, and how a run came by its label, for who is cleared for all that
/// the explanation tells. To everybody else, and for an id of nothing, it is one answer.
final class ExplainRoutes {
    private static final String KIND = "explanation";
    private static final Pattern RUN_ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Pattern REQUEST_ID = Pattern.compile("[0-9a-f]{32}");

    private final Door door;
    private final AuditLog audit;
    private final Runs runs;

    ExplainRoutes(Door door, AuditLog audit, Runs runs) {
        this.door = door;
        this.audit = audit;
        this.runs = runs;
    }

    void addTo(Routes.Table table) {
        table.add("GET", "/v1/explain/{id}", Refusals.ofEntities(KIND, this::explain));
    }

    private Response explain(Request request) {
        Door.Reader reader = door.reader(request);
        String id = request.parameter("id");
        Explanation explanation = reader.task()
                .run(() -> find(id, reader.organization()))
                .orElseThrow(() -> Rejection.of(404, KIND + " " + id + " not found"));
        return switch (request.query("format").orElse("json")) {
            case "json" -> Response.json(200, explanation.json());
            case "text" -> Response.of(200, "text/plain; charset=utf-8", explanation.text());
            case "dot" -> Response.of(200, "text/vnd.graphviz; charset=utf-8", new Picture(explanation).dot());
            case "svg" ->
                Response.of(200, "image/svg+xml", new Picture(explanation).svg())
                        .with("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
            default -> throw Rejection.of(400, "format is json, text, dot or svg");
        };
    }

    private Optional<Explanation> find(String id, String organization) {
        boolean isRun = RUN_ID.matcher(id).matches();
        if (!isRun && !REQUEST_ID.matcher(id).matches()) {
            return Optional.empty();
        }
        Optional<AuditRecord> record = audit.find(id);
        if (record.isEmpty()) {
            return isRun && !organization.isEmpty() ? ofRun(id, organization, id) : Optional.empty();
        }
        AuditRecord found = record.get();
        return found.run().isEmpty()
                ? Optional.of(Explanation.of(id, found))
                : ofRun(id, found.organization(), found.run());
    }

    private Optional<Explanation> ofRun(String id, String organization, String run) {
        return runs.find(organization, UUID.fromString(run))
                .flatMap(view -> view.content().map(content -> explanation(id, view.run(), content)));
    }

    /// A run that kept its label has nothing but that to tell.
    private static Explanation explanation(String id, Run run, Run.Content content) {
        Flow flow = Flow.decode(content.flow())
                .orElseGet(() -> Flow.of(new Trace(
                        Component.TRUE,
                        content.label(),
                        content.label(),
                        content.label(),
                        List.of(),
                        0,
                        Optional.empty())));
        String who = flow.trace().who().toString();
        return new Explanation(id, "run", run.startedMillis(), run.function(), who, "", Optional.of(flow));
    }
}
