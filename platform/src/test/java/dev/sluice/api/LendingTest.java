package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.api.ApiServer.Asker;
import dev.sluice.authn.Caller;
import dev.sluice.authn.Caller.Known;
import dev.sluice.bytes.Bytes;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Label;
import dev.sluice.org.Action;
import dev.sluice.org.Need;
import dev.sluice.org.Operation;
import dev.sluice.org.Resource;
import dev.sluice.testing.Tasks;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a handler can do that has a bug: it was lent what its own route needs, and tries for more. The caller may do
/// everything in his organization, so that nothing but the lending stands between the handler and the rest.
final class LendingTest extends ApiTest {
    private static final Bytes TREASURE = Bytes.utf8("treasure");
    private static final Label ALICES = Label.parse("acme/user/alice,acme/user/alice");

    private Asker everything;

    @BeforeAll
    void start() {
        everything = api.developer("acme", "*");
        for (Resource resource : Resource.values()) {
            bury(label(resource));
        }
        bury(ALICES);
    }

    /// Flow 2 of design/labels.md section 6, where the handler is what is wrong.
    @Test
    void aHandlerOfFunctions_cannotReadASecret_thoughItsCallerMay() {
        Task functions = lent(Operation.of(Action.GET, Resource.FUNCTION));
        assertThat(stolen(functions, place(label(Resource.FUNCTION)))).isEqualTo(TREASURE);
        assertThat(stolen(functions, place(label(Resource.SECRET)))).isNull();
        Task secrets = lent(Operation.of(Action.GET, Resource.SECRET));
        assertThat(stolen(secrets, place(label(Resource.SECRET)))).isEqualTo(TREASURE);
    }

    @ParameterizedTest
    @EnumSource(Resource.class)
    void aRoutesTask_readsItsOwnResource_andNoOther(Resource lent) {
        for (Resource other : Resource.values()) {
            Bytes seen = stolen(lent(Operation.of(Action.GET, lent)), place(label(other)));
            assertThat(seen).as("%s, lent %s", other, lent).isEqualTo(other == lent ? TREASURE : null);
        }
        assertThat(stolen(lent(Operation.of(Action.GET, lent)), place(ALICES)))
                .as("what is nobody's but its owner's, lent %s", lent)
                .isNull();
    }

    /// The right to read lends nothing to write with, and nothing to release with: an answer shows what was asked for.
    @ParameterizedTest
    @EnumSource(Resource.class)
    void aRouteThatReads_writesNothing_andShowsNothingElse(Resource lent) {
        Task task = lent(Operation.of(Action.GET, lent));
        for (Resource other : Resource.values()) {
            assertThat(refusal(lent(Operation.of(Action.GET, lent)), place(label(other))))
                    .as("%s is written by who reads %s", other, lent)
                    .isEqualTo(Refusal.DENIED);
            assertThat(refusal(lent(Operation.of(Action.UPDATE, lent)), place(label(other))))
                    .as("%s is written by who writes %s", other, lent)
                    .isEqualTo(other == lent ? null : Refusal.DENIED);
            Label label = Label.parse("acme/" + other.word() + ",T");
            assertThat(task.mayDeliver(label, Label.PUBLIC))
                    .as("%s is shown to who reads %s", other, lent)
                    .isEqualTo(other == lent);
        }
    }

    /// What stands under a resource is labeled with all of it: so who may have one object of it is lent the resource,
    /// and nothing beside.
    @Test
    void aRouteForOneObject_isLentTheObjectsResource_andNoOther() {
        var acme = api.home("acme");
        Known one = known(api.addAccount(acme, "one", "function/hello"));
        Need hello = Need.of(Action.GET, Resource.FUNCTION, "hello");
        for (Resource other : Resource.values()) {
            Bytes seen = stolen(one.taskForObject(Operation.of(hello)).orElseThrow(), place(label(other)));
            assertThat(seen).as("%s", other).isEqualTo(other == Resource.FUNCTION ? TREASURE : null);
            assertThat(one.taskForObject(Operation.of(Need.of(Action.GET, other, "others"))))
                    .isEmpty();
        }
        assertThat(stolen(one.taskForObject(Operation.of(hello)).orElseThrow(), place(ALICES)))
                .isNull();
        assertThat(refusal(one.taskForObject(Operation.of(hello)).orElseThrow(), place(label(Resource.FUNCTION))))
                .isEqualTo(Refusal.DENIED);
        Need update = Need.of(Action.UPDATE, Resource.FUNCTION, "hello");
        assertThat(refusal(one.taskForObject(Operation.of(update)).orElseThrow(), place(label(Resource.FUNCTION))))
                .isNull();
        assertThat(refusal(one.taskForObject(Operation.of(update)).orElseThrow(), place(label(Resource.SECRET))))
                .isEqualTo(Refusal.DENIED);
        assertThat(one.taskFor(Operation.of(hello)).orElseThrow().mayObserve(label(Resource.FUNCTION)))
                .as("what he is lent else")
                .isFalse();
    }

    private Task lent(Operation operation) {
        return known(everything).taskFor(operation).orElseThrow();
    }

    private Known known(Asker asker) {
        Caller caller = api.authenticator.authenticate(Optional.of("Bearer " + asker.token()), Optional.empty());
        assertThat(caller).isInstanceOf(Known.class);
        return (Known) caller;
    }

    private void bury(Label label) {
        Task root = Tasks.root();
        root.run(() -> api.fs.create(place(label), Kind.FILE, label, TREASURE, Tasks.all(root, "F")));
    }

    private static Label label(Resource resource) {
        return Label.parse("acme/" + resource.word() + ",acme/" + resource.word());
    }

    private static FsPath place(Label label) {
        return FsPath.home(label).child("treasure");
    }

    private @Nullable Bytes stolen(Task task, FsPath place) {
        try {
            return task.run(() -> api.fs.read(place, Kind.FILE).bytes());
        } catch (Refused refused) {
            return null;
        }
    }

    private @Nullable Refusal refusal(Task task, FsPath place) {
        Refused refused = catchThrowableOfType(
                Refused.class, () -> task.run(() -> api.fs.write(place, Kind.FILE, TREASURE, 0, task.forEndorsing())));
        return refused == null ? null : refused.refusal();
    }
}
