package dev.sluice.authn;

import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.org.Action;
import dev.sluice.org.Coverage;
import dev.sluice.org.Need;
import dev.sluice.org.Operation;
import dev.sluice.org.Organization;
import dev.sluice.org.Organizations;
import dev.sluice.org.Resource;
import dev.sluice.org.Subjects;
import java.util.Arrays;
import java.util.Optional;

/// Who stands behind a request.
public sealed interface Caller {
    /// Somebody who proved what he may act for.
    sealed interface Proven extends Caller {
        /// What he may act for by himself: nothing that a policy lends.
        Component component();

        /// The organization that he belongs to, and that is charged.
        Organization home();

        /// A task with exactly that authority: nothing lent.
        default Task task() {
            Component held = component();
            return new Task(Label.PUBLIC, Label.of(held, Component.TRUE), Privilege.mintTcb(held), home().token());
        }

        /// What he can give parts of.
        Delegations.Grant grant();
    }

    /// Somebody who proved who he is. A final class and not a record: its authority is had only as a task.
    final class Known implements Proven {
        private final Lending lending;
        private final Identity who;
        private final Organization requested;
        private final boolean isWhole;

        Known(Lending lending, Identity who, Organization requested) {
            this(lending, who, requested, false);
        }

        private Known(Lending lending, Identity who, Organization requested, boolean isWhole) {
            this.lending = lending;
            this.who = who;
            this.requested = requested;
            this.isWhole = isWhole;
        }

        /// His name in his organization: of the service account, or the mail address of a user.
        public String name() {
            return who.name();
        }

        /// The words by which the policies of his organization may speak of him. For the audit log, and for nothing
        /// else that is written.
        public Subjects subjects() {
            return who.subjects();
        }

        /// Whom an identity provider vouched for; absent for a service account.
        public Optional<User> user() {
            return who.user();
        }

        /// The organization that the request is about; often, not always, the caller's own.
        public Organization organization() {
            return requested;
        }

        @Override
        public Component component() {
            return who.component();
        }

        @Override
        public Organization home() {
            return who.home().organization();
        }

        @Override
        public Delegations.Grant grant() {
            return new Delegations.Grant(who.home(), who.name(), who.epoch(), who.component(), who.end());
        }

        /// Whether the policies allow him all there is in the requested organization: who may ask to act for it as a
        /// whole. Whatever is done so goes on record.
        public boolean mayActAsOrganization() {
            return lending.isAllowedEverything(who, requested);
        }

        /// Whether the policies allow him all there is in every organization, and deny him nothing anywhere.
        public boolean mayActEverywhere() {
            Coverage coverage = coverage(who.home());
            return Arrays.stream(Action.values())
                    .allMatch(action -> Arrays.stream(Resource.values())
                            .allMatch(resource -> coverage.isEverywhere(action, resource)));
        }

        /// The same caller, to whom [#taskFor] lends the requested organization as a whole; empty unless he may do
        /// all there is in it. Whoever asks for this puts it on record.
        public Optional<Known> asOrganization() {
            return mayActAsOrganization() ? Optional.of(new Known(lending, who, requested, true)) : Optional.empty();
        }

        /// What he may give to others by changing the policies of an organization.
        public Coverage coverage(Organizations.Tenant place) {
            return Coverage.of(who.home().policies(), who.subjects(), place);
        }

        /// A task for one operation, with what the policies lend it: they are read, and written, apart.
        ///
        /// Empty if no policy allows it.
        public Optional<Task> taskFor(Operation operation) {
            return task(authority(operation));
        }

        /// A task for doing something with one object by name, and with nothing else: it holds the resource that the
        /// object stands under, whoever may have this object only.
        ///
        /// Empty if no policy allows it, and for who may not see the object.
        ///
        /// @param operation that requires one thing
        public Optional<Task> taskForObject(Operation operation) {
            Need need = operation.required().getFirst();
            return task(authority(operation).flatMap(lent -> Lending.withResource(lent, requested, need)));
        }

        /// A task that reads a resource, for showing those objects of it with which [#may] allows `action`.
        ///
        /// Empty if no policy allows that with any object.
        public Optional<Task> taskForSome(Action action, Resource resource) {
            return maySome(action, resource)
                    ? task(Optional.of(Lending.withReading(who, requested, resource)))
                    : Optional.empty();
        }

        /// Whether the policies allow this, and to see it.
        public boolean may(Need need) {
            return who.home().policies().allows(who.subjects(), requested, need);
        }

        /// Whether the policies allow this with any object of a resource, if there is one.
        public boolean maySome(Action action, Resource resource) {
            return who.home().policies().allowsSome(who.subjects(), requested, action, resource);
        }

        private Optional<Lending.Authority> authority(Operation operation) {
            return isWhole
                    ? lending.authorityOfWhole(who, requested, operation)
                    : lending.authority(who, requested, operation);
        }

        private Optional<Task> task(Optional<Lending.Authority> authority) {
            return authority.map(a -> new Task(Label.PUBLIC, a.clearance(), a.privilege(), requested.token()));
        }
    }

    /// Somebody who was given a part of another one's authority. No policy speaks of him.
    final class Delegate implements Proven {
        private final Delegations.Grant grant;

        Delegate(Delegations.Grant grant) {
            this.grant = grant;
        }

        @Override
        public Component component() {
            return grant.component();
        }

        @Override
        public Organization home() {
            return grant.home().organization();
        }

        @Override
        public Delegations.Grant grant() {
            return grant;
        }
    }

    /// Somebody who showed no credential. Whoever showed a bad one is [Rejected].
    record Anonymous() implements Caller {
        /// A task that may do what everybody may.
        public Task task() {
            return new Task(Label.PUBLIC, Label.PUBLIC, Privilege.NONE);
        }
    }

    /// Nobody: the request is refused.
    ///
    /// @param payer who is charged for it, having proved who he is: the token of his organization, or a
    ///     user's name, which is no token; empty for nobody
    record Rejected(Reason reason, String payer) implements Caller {
        static final Rejected UNAUTHENTICATED = new Rejected(Reason.UNAUTHENTICATED, "");
    }

    /// Why a caller is rejected.
    enum Reason {
        /// The credential proves nothing.
        UNAUTHENTICATED,
        /// The organization is not there, or has no business with this caller.
        FORBIDDEN
    }
}
