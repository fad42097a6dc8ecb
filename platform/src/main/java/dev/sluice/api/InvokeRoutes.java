package dev.sluice.api;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Json;
import dev.sluice.fs.FsPath;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.invoke.Invocation;
import dev.sluice.invoke.Invocations;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import dev.sluice.run.Run;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Calling a gate by its path: Faasten's `POST /faasten/invoke/{path}`, which waits, and the seed's `POST
/// /invoke`, which does not.
///
/// The caller acts for himself. Whether there is no such gate, whether he may not enter it, and whether its answer
/// may not reach him: it is one refusal.
final class InvokeRoutes {
    private static final int PAYLOAD_BYTES_MAX = RunRequest.BYTES_MAX;
    private static final Bytes CONTEXT = Bytes.utf8("{\"secrets\":{},\"serviceBindings\":{}}");

    private static final String CONTENT = "application/octet-stream";

    /// After these HTTP has no body: whatever followed would be taken for the next answer.
    private static final Set<Integer> BODILESS = Set.of(204, 205, 304);

    private final Door door;
    private final Invocations invocations;
    private final Blobs blobs;

    InvokeRoutes(Door door, Invocations invocations, Blobs blobs) {
        this.door = door;
        this.invocations = invocations;
        this.blobs = blobs;
    }

    void addTo(Routes.Table table) {
        table.add("POST", "/faasten/invoke/{path}", Refusals.ofPaths(this::call));
        table.add("POST", "/invoke", Refusals.ofPaths(this::submit));
    }

    private Response call(Request request) throws IOException, InterruptedException {
        Door.Self self = door.self(request);
        FsPath gate = self.path(request.parameter("path"));
        try (GateCall call = GateCall.of(request, self.isKnown(), blobs)) {
            return call(self, gate, call, request);
        }
    }

    private Response call(Door.Self self, FsPath gate, GateCall call, Request request) throws InterruptedException {
        Invocation wish = wish(self, gate, call, idempotencyKey(self, request));
        Run.View view;
        try {
            view = self.task().run(() -> invocations.invoke(wish));
        } catch (Refused refused) {
            return refusal(refused);
        }
        if (view.output().isPresent()) {
            Run.Output output = view.output().get();
            return BODILESS.contains(output.status())
                    ? Response.empty(output.status())
                    : Response.of(output.status(), CONTENT, output.body());
        }
        return view.content()
                .flatMap(Run.Content::fault)
                .map(fault -> Refusals.error(500, fault.type() + ": " + fault.message()))
                .orElseGet(Refusals::uniform);
    }

    /// Nobody in particular is everybody: one would get another's answer.
    private static Optional<String> idempotencyKey(Door.Self self, Request request) {
        Optional<String> key = RunRoutes.idempotencyKey(request);
        if (key.isPresent() && !self.isKnown()) {
            throw Rejection.of(400, "Idempotency-Key is for callers who say who they are");
        }
        return key;
    }

    private Response submit(Request request) throws IOException {
        Door.Self self = door.self(request);
        JsonBody body = JsonBody.parse(request.body(PAYLOAD_BYTES_MAX));
        FsPath gate = SeedPaths.path(self, body.requiredText("path"));
        Label start = body.field("label").map(LabelJson::parse).orElse(Label.PUBLIC);
        Bytes payload = payload(body.field("payload"));
        Run run;
        try (var call = new GateCall(payload, start, Map.of(), Map.of(), List.of())) {
            Invocation wish = wish(self, gate, call, idempotencyKey(self, request));
            run = self.task().run(() -> invocations.submit(wish));
        } catch (Refused refused) {
            return refusal(refused);
        }
        var out = new JsonWriter(128).beginObject().field("run", run.id().toString());
        return Response.json(202, out.field("status", "INITIALIZED").endObject().done());
    }

    private static Response refusal(Refused refused) {
        return refused.refusal() == Refusal.WRONG_KIND ? Refusals.uniform() : Refusals.ofPath(refused);
    }

    private static Invocation wish(Door.Self self, FsPath gate, GateCall call, Optional<String> idempotencyKey) {
        return new Invocation(
                self.organization(),
                gate.toString(),
                "",
                "",
                gate,
                call.start(),
                call.payload(),
                CONTEXT,
                call.headers(),
                call.blobs(),
                List.of(),
                new Invocation.Asked(
                        Collections.emptySortedMap(),
                        idempotencyKey.map(text -> new Invocation.Key(text, self.identity(), gate.toString())),
                        Optional.empty()));
    }

    /// The seed's payload is JSON in a string; JSON itself is taken as well.
    private static Bytes payload(Optional<JsonNode> field) {
        if (field.isEmpty()) {
            return Bytes.utf8("null");
        }
        if (field.get().isString()) {
            return json(Bytes.utf8(field.get().stringValue()));
        }
        return Bytes.takeOver(JsonBody.JSON.writeValueAsBytes(field.get()));
    }

    private static Bytes json(Bytes payload) {
        if (!Json.isValid(payload)) {
            throw Rejection.of(400, "the payload is not JSON");
        }
        return payload;
    }
}
