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
    /// Somebody who proved who he is. A final class and not a record: its authority is had only as a task.
    final class Known implements Caller {
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

        /// The organization that the request is about; often, not always, the caller's own.
        public Organization organization() {
            return requested;
        }

        /// The organization that the caller belongs to.
        public Organization home() {
            return bearer.home().organization();
        }

        /// A task with the authority of the caller's identity alone: nothing lent.
        public Task task() {
            Component identity = Component.of(identity());
            return new Task(Label.PUBLIC, Label.of(identity, Component.TRUE), Privilege.mintTcb(identity));
        }

        /// A task for one operation, with what the policies lend it: they are read, and written, apart.
        ///
        /// Empty if no policy allows it.
        public Optional<Task> taskFor(Operation operation) {
            return lending.authority(bearer, requested, operation)
                    .map(a -> new Task(Label.PUBLIC, a.clearance(), a.privilege()));
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
