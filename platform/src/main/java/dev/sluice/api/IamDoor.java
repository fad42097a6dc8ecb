package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.http.Request;
import dev.sluice.kernel.Task;
import dev.sluice.org.Action;
import dev.sluice.org.Coverage;
import dev.sluice.org.Operation;
import dev.sluice.org.Organization;
import dev.sluice.org.Organizations;
import dev.sluice.org.Resource;
import java.util.regex.Pattern;

/// Who may manage organizations, policies and service accounts. What concerns more than one organization is for who
/// has a global rule for `iam`; and nobody gives what he has not.
final class IamDoor {
    static final int BODY_BYTES_MAX = 256 << 10;

    private static final Pattern PATH_NAME = Pattern.compile("^[\\w\\d\\-]+$");
    private static final Pattern PATH_ACCOUNT = Pattern.compile("^[\\w\\d\\-\\.]+$");

    private final Door door;
    private final Organizations organizations;

    IamDoor(Door door, Organizations organizations) {
        this.door = door;
        this.organizations = organizations;
    }

    /// Somebody who may do something with the `iam` of the organization that he asks about.
    ///
    /// @param task with what he is lent for it
    record Author(Caller.Known caller, Action action, Task task, Organizations.Tenant place) {
        Organization organization() {
            return place.organization();
        }

        Coverage coverage() {
            return caller.coverage(place);
        }

        /// Whether he may do it in every organization.
        boolean isEverywhere() {
            return coverage().isEverywhere(action, Resource.IAM);
        }

        /// @throws Rejection 403
        void requireEverywhere() {
            if (!isEverywhere()) {
                throw Door.forbidden(caller, action.word() + " iam in every organization (a global policy)");
            }
        }

        /// @param mayGive what [#coverage] says of the change
        /// @throws Rejection 403
        void require(boolean mayGive) {
            if (!mayGive) {
                throw Door.forbidden(caller, action.word() + " iam, and all that this gives to somebody");
            }
        }
    }

    /// @throws Rejection 401, 403
    Author author(Request request, Action action) {
        Caller.Known caller = door.borrower(request);
        Task task = Door.lent(caller, Operation.of(action, Resource.IAM));
        Organizations.Tenant place = organizations
                .tenant(caller.organization().name())
                .filter(tenant -> tenant.organization().equals(caller.organization()))
                .orElseThrow(() -> Door.forbidden(action.word() + " iam"));
        return new Author(caller, action, task, place);
    }

    /// As [#author], for what concerns all organizations.
    ///
    /// @throws Rejection 401, 403
    Author authorEverywhere(Request request, Action action) {
        Author author = author(request, action);
        author.requireEverywhere();
        return author;
    }

    /// The name in the path.
    ///
    /// @param parameter as Dispatch calls it
    /// @throws Rejection 422
    static String name(Request request, String parameter) {
        return name(request, parameter, PATH_NAME);
    }

    /// As [#name(Request, String)], of a service account: it may have dots.
    static String accountName(Request request) {
        return name(request, "serviceAccountName", PATH_ACCOUNT);
    }

    private static String name(Request request, String parameter, Pattern pattern) {
        String name = request.parameter("name");
        if (!pattern.matcher(name).matches()) {
            throw Rejection.of(422, 605, parameter + " in path should match '" + pattern.pattern() + "'");
        }
        return name;
    }

    /// @throws Rejection 400 if the body gives what is in the path another name
    static void requireSameName(JsonBody body, String kind, String name) {
        if (!body.text("name").orElse(name).equals(name)) {
            throw Rejection.of(400, "bad request when processing " + kind + " " + name + ": it keeps its name");
        }
    }
}
