package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.bytes.Bytes;
import dev.sluice.gate.GateContent;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.http.Routes;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.org.Action;
import dev.sluice.org.Need;
import dev.sluice.org.Operation;
import dev.sluice.org.Resource;
import dev.sluice.schema.Schemas;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// `/v1/function`
final class FunctionRoutes {
    private static final String KIND = "function";
    private static final String PARAMETER = "functionName";
    private static final int UNPACKED_AT_ONCE_MAX = 4;
    private static final int UNPACK_PATIENCE_SECONDS = 30;

    private static final Need EMIT = Need.of(Action.CREATE, Resource.EVENT);

    private final Door door;
    private final Functions functions;
    private final KeptRoutes kept;
    private final Schemas schemas = new Schemas();
    private final Semaphore unpacking = new Semaphore(UNPACKED_AT_ONCE_MAX, true);

    FunctionRoutes(Door door, Functions functions) {
        this.door = door;
        this.functions = functions;
        this.kept = new KeptRoutes(door, EntityRoutes.Form.of(Resource.FUNCTION, KIND, PARAMETER, 201), functions);
    }

    void addTo(Routes.Table table) {
        kept.addTo(table, this::create, this::update);
    }

    private Response create(Request request) throws IOException, InterruptedException {
        Caller.Known caller = door.borrower(request);
        ObjectLoans.requireSome(caller, Action.CREATE, Resource.FUNCTION);
        FunctionRequest wish = upload(request);
        Task task = granting(
                caller,
                Need.of(Action.CREATE, Resource.FUNCTION, wish.wish().name()),
                granted(wish.wish()).toList());
        try {
            return KeptRoutes.answer(201, task.run(() -> functions.create(caller.organization(), wish)));
        } catch (Refused refused) {
            return Refusals.ofEntity(KIND, wish.wish().name(), refused);
        }
    }

    private Response update(Request request) throws IOException, InterruptedException {
        Caller.Known caller = door.borrower(request);
        String name = request.parameter("name");
        kept.lent(caller, Action.UPDATE, name);
        PathName.of(request, PARAMETER);
        FunctionRequest wish = upload(request);
        Task task = granting(
                caller,
                Need.of(Action.UPDATE, Resource.FUNCTION, name),
                granted(wish.wish()).toList());
        return KeptRoutes.answer(200, task.run(() -> functions.update(caller.organization(), name, wish)));
    }

    /// What of secrets and service instances a function is to be granted, and whether to emit.
    static Stream<Need> granted(FunctionEntity.Wish wish) {
        Stream<Need> emits = wish.sizing().emits() ? Stream.of(EMIT) : Stream.empty();
        return Stream.concat(
                emits,
                Stream.concat(
                        wish.secrets().stream().map(name -> Need.of(Action.GET, Resource.SECRET, name)),
                        wish.services().stream().map(name -> Need.of(Action.GET, Resource.SERVICEINSTANCE, name))));
    }

    /// Whoever names a secret or a service instance must be allowed to read it, whether or not there is one of that
    /// name. What he is lent of it is what his function's gate is granted.
    static Task granting(Caller.Known caller, Need function, List<Need> granted) {
        List<Need> needs = new ArrayList<>(List.of(function));
        needs.addAll(granted);
        needs.forEach(need -> ObjectLoans.of(caller, need));
        if (granted.size() > GateContent.Direct.INJECT_MAX) {
            throw Rejection.of(
                    400, "a function has at most " + GateContent.Direct.INJECT_MAX + " secrets and services together");
        }
        if (needs.stream()
                .skip(1)
                .filter(need -> !need.equals(EMIT))
                .anyMatch(need -> need.object(caller.organization()).isEmpty())) {
            throw Rejection.of(400, "a name is given that no secret or service instance has");
        }
        return ObjectLoans.of(caller, new Operation(needs, List.of()));
    }

    /// Few archives are unpacked at once; the others wait their turn. Nobody has a turn whose body is still coming.
    private FunctionRequest upload(Request request) throws IOException, InterruptedException {
        Bytes body = request.body(FunctionRequest.BYTES_MAX);
        if (!unpacking.tryAcquire(UNPACK_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw Rejection.of(503, "too many functions are being uploaded: try again later");
        }
        try {
            return FunctionRequest.parse(body, schemas);
        } finally {
            unpacking.release();
        }
    }
}
