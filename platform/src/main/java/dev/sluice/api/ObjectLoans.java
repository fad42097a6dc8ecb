package dev.sluice.api;

import dev.sluice.authn.Caller;
import dev.sluice.kernel.Task;
import dev.sluice.org.Action;
import dev.sluice.org.Need;
import dev.sluice.org.Operation;
import dev.sluice.org.Resource;

/// What callers are lent where policies may speak of one object by name. The refusal is the same whether or not there
/// is such an object.
final class ObjectLoans {
    private ObjectLoans() {}

    /// A task for doing something with one object, and with nothing else.
    ///
    /// @throws Rejection 403
    static Task of(Caller.Known caller, Need need) {
        return of(caller, Operation.of(need));
    }

    /// As [#of(Caller.Known, Need)], and what else the operation requires and has as optional.
    ///
    /// @param operation whose first need is the object's
    /// @throws Rejection 403
    static Task of(Caller.Known caller, Operation operation) {
        return Judging.object(caller, operation).orElseThrow(() -> Door.forbidden(caller, Door.needed(operation)));
    }

    /// A task that reads all objects of a resource, to show those that the caller may get.
    ///
    /// @throws Rejection 403 for who may get none, whether or not there are any
    static Task ofAllThatMayBeSeen(Caller.Known caller, Resource resource) {
        return Judging.some(caller, Action.GET, resource).orElseThrow(() -> refusal(caller, Action.GET, resource));
    }

    /// For what has its object's name in the body, which is not looked at for who may do it with no object at all.
    ///
    /// @throws Rejection 403
    static void requireSome(Caller.Known caller, Action action, Resource resource) {
        if (!Judging.maySome(caller, action, resource)) {
            throw refusal(caller, action, resource);
        }
    }

    private static Rejection refusal(Caller.Known caller, Action action, Resource resource) {
        return Door.forbidden(caller, Door.needed(Operation.of(action, resource)));
    }
}
