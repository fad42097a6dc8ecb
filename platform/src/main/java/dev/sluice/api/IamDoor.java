package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.http.Request;
import dev.sluice.kernel.Task;
import dev.sluice.org.Action;
import dev.sluice.org.Coverage;
import dev.sluice.org.IamKind;
import dev.sluice.org.Need;
import dev.sluice.org.Operation;
import dev.sluice.org.Organization;
import dev.sluice.org.Organizations;
import dev.sluice.org.Resource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Stream;

/// Who may manage organizations, policies and service accounts. What concerns more than one organization is for who
/// has a global rule for `iam`; and nobody gives what he has not.
final class IamDoor {
    static final int BODY_BYTES_MAX = 256 << 10;

    private static final int LOCKS = 64;

    private final Door door;
    private final Organizations organizations;

    /// One for a share of the organizations.
    private final List<ReentrantLock> changing =
            Stream.generate(ReentrantLock::new).limit(LOCKS).toList();

    IamDoor(Door door, Organizations organizations) {
        this.door = door;
        this.organizations = organizations;
    }

    /// Somebody who may do something with the `iam` of the organization that he asks about, or with one object of it.
    ///
    /// @param task with what he is lent for it
    record Author(Caller.Known caller, Need need, Task task, Organizations.Tenant place) {
        Organization organization() {
            return place.organization();
        }

        Coverage coverage() {
            return caller.coverage(place);
        }

        /// Whether he may do it in every organization.
        boolean isEverywhere() {
            return coverage().isEverywhere(need);
        }

        /// @throws Rejection 403
        void requireEverywhere() {
            if (!isEverywhere()) {
                throw forbiddenEverywhere(caller, need.action());
            }
        }

        /// @param mayGive what [#coverage] says of the change
        /// @throws Rejection 403
        void require(boolean mayGive) {
            if (!mayGive) {
                throw Door.forbidden(caller, need.action().word() + " iam, and all that this gives to somebody");
            }
        }
    }

    /// For what is about the `iam` as a whole.
    ///
    /// @throws Rejection 401, 403
    Author author(Request request, Action action) {
        Caller.Known caller = door.borrower(request);
        Need need = Need.of(action, Resource.IAM);
        return new Author(caller, need, Door.lent(caller, Operation.of(need)), place(caller, action));
    }

    /// For one object, of the name in the path.
    ///
    /// @throws Rejection 401, 403 whether or not there is such an object
    Author author(Request request, Action action, IamKind kind) {
        return author(door.borrower(request), action, kind, request.parameter("name"));
    }

    /// For one object, of a name that may be another than the path's.
    ///
    /// @throws Rejection 403
    Author author(Caller.Known caller, Action action, IamKind kind, String name) {
        Need need = kind.need(action, name);
        return new Author(caller, need, ObjectLoans.of(caller, need), place(caller, action));
    }

    /// Somebody who may make objects; which ones, his body has to say first.
    ///
    /// @throws Rejection 401, 403 for who may make none
    Caller.Known maker(Request request) {
        Caller.Known caller = door.borrower(request);
        ObjectLoans.requireSome(caller, Action.CREATE, Resource.IAM);
        return caller;
    }

    /// As [#maker], of what concerns all organizations.
    ///
    /// @throws Rejection 401, 403
    Caller.Known makerEverywhere(Request request) {
        Caller.Known caller = maker(request);
        if (!caller.coverage(place(caller, Action.CREATE)).isSomeEverywhere(Action.CREATE, Resource.IAM)) {
            throw forbiddenEverywhere(caller, Action.CREATE);
        }
        return caller;
    }

    /// Makes a change: one at a time for an organization. Whether it may be made is to be decided there, by the
    /// policies as they are then, and so as they are when it is made.
    <T> T change(Author author, Function<Author, T> change) {
        String token = author.organization().token();
        ReentrantLock lock = changing.get(Math.floorMod(token.hashCode(), changing.size()));
        lock.lock();
        try {
            Organizations.Tenant now = place(author.caller(), author.need().action());
            return change.apply(new Author(author.caller(), author.need(), author.task(), now));
        } finally {
            lock.unlock();
        }
    }

    private Organizations.Tenant place(Caller.Known caller, Action action) {
        return organizations
                .tenant(caller.organization().name())
                .filter(tenant -> tenant.organization().equals(caller.organization()))
                .orElseThrow(() -> Door.forbidden(action.word() + " iam"));
    }

    private static Rejection forbiddenEverywhere(Caller.Known caller, Action action) {
        return Door.forbidden(caller, action.word() + " iam in every organization (a global policy)");
    }

    /// As [#author(Request, Action)], for what concerns all organizations.
    ///
    /// @throws Rejection 401, 403
    Author authorEverywhere(Request request, Action action) {
        Author author = author(request, action);
        author.requireEverywhere();
        return author;
    }

    /// @throws Rejection 400 if the body gives what is in the path another name
    static void requireSameName(JsonBody body, IamKind kind, String name) {
        if (!body.text("name").orElse(name).equals(name)) {
            throw Rejection.of(400, "bad request when processing " + kind.said() + " " + name + ": it keeps its name");
        }
    }
}
