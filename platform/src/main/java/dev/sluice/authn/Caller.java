package dev.sluice.authn;

import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.label.Privilege;
import dev.sluice.org.Operation;
import dev.sluice.org.Organization;
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
            return new Task(Label.PUBLIC, Label.of(held, Component.TRUE), Privilege.mintTcb(held));
        }

        /// What he can give parts of.
        Delegations.Grant grant();
    }

    /// Somebody who proved who he is. A final class and not a record: its authority is had only as a task.
    final class Known implements Proven {
        private final Lending lending;
        private final Bearers.Bearer bearer;
        private final Organization requested;

        Known(Lending lending, Bearers.Bearer bearer, Organization requested) {
            this.lending = lending;
            this.bearer = bearer;
            this.requested = requested;
        }

        /// `acme/serviceaccount/ci`
        public Principal identity() {
            return bearer.account().principal();
        }

        /// The name of the service account.
        public String account() {
            return bearer.account().name();
        }

        /// The organization that the request is about; often, not always, the caller's own.
        public Organization organization() {
            return requested;
        }

        @Override
        public Component component() {
            return Component.of(identity());
        }

        @Override
        public Organization home() {
            return bearer.home().organization();
        }

        @Override
        public Delegations.Grant grant() {
            return new Delegations.Grant(bearer.home(), bearer.account(), component(), bearer.end());
        }

        /// A task for one operation, with what the policies lend it: they are read, and written, apart.
        ///
        /// Empty if no policy allows it.
        public Optional<Task> taskFor(Operation operation) {
            return lending.authority(bearer, requested, operation)
                    .map(a -> new Task(Label.PUBLIC, a.clearance(), a.privilege()));
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
    record Rejected(Reason reason) implements Caller {}

    /// Why a caller is rejected.
    enum Reason {
        /// The credential proves nothing.
        UNAUTHENTICATED,
        /// The organization is not there, or has no business with this caller.
        FORBIDDEN
    }
}
