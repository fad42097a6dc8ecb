package dev.sluice.api;

import dev.sluice.audit.Inquiry;
import dev.sluice.audit.Judgment;
import dev.sluice.audit.Judgment.Kind;
import dev.sluice.audit.Judgment.Want;
import dev.sluice.authn.Caller;
import dev.sluice.kernel.Task;
import dev.sluice.org.Action;
import dev.sluice.org.Need;
import dev.sluice.org.Operation;
import dev.sluice.org.Organization;
import dev.sluice.org.Policies;
import dev.sluice.org.Policy;
import dev.sluice.org.Resource;
import dev.sluice.org.Subjects;
import java.util.List;
import java.util.Optional;

/// Asks the policies on behalf of a request, and notes what they decide, so that other policies can be asked the same.
final class Judging {
    private static final Want EVERYTHING = new Want(Policy.ANY, Policy.ANY, "");

    private Judging() {}

    /// What a request may be done with; empty if no policy allows it.
    static Optional<Task> task(Caller.Known caller, Operation operation) {
        Optional<Task> task = caller.taskFor(operation);
        List<Want> wants = operation.required().stream().map(Judging::want).toList();
        note(caller, Kind.OPERATION, wants, task.isPresent());
        return task;
    }

    /// What may be done with one object, and with nothing else.
    ///
    /// @param operation that requires one thing
    static Optional<Task> object(Caller.Known caller, Operation operation) {
        Optional<Task> task = caller.taskForObject(operation);
        note(caller, Kind.OBJECT, List.of(want(operation.required().getFirst())), task.isPresent());
        return task;
    }

    /// What all objects are looked through with for those that may be had.
    static Optional<Task> some(Caller.Known caller, Action action, Resource resource) {
        Optional<Task> task = caller.taskForSome(action, resource);
        note(caller, Kind.SOME, List.of(want(Need.of(action, resource))), task.isPresent());
        return task;
    }

    /// Whether there may be an object that somebody may do something with: before it is known which one, so a yes
    /// decides nothing yet.
    static boolean maySome(Caller.Known caller, Action action, Resource resource) {
        boolean isAllowed = caller.maySome(action, resource);
        if (!isAllowed) {
            note(caller, Kind.SOME, List.of(want(Need.of(action, resource))), false);
        }
        return isAllowed;
    }

    /// The same caller as the whole organization; empty if policies do not allow him everything.
    static Optional<Caller.Known> whole(Caller.Known caller) {
        Optional<Caller.Known> whole = caller.asOrganization();
        note(caller, Kind.OPERATION, List.of(EVERYTHING), whole.isPresent());
        return whole;
    }

    private static void note(Caller.Known caller, Kind kind, List<Want> wants, boolean isAllowed) {
        Inquiry.current()
                .ifPresent(inquiry -> inquiry.decided(new Judgment(
                        caller.home().token(),
                        caller.organization().token(),
                        caller.name(),
                        caller.subjects().words(),
                        kind,
                        wants,
                        isAllowed)));
    }

    private static Want want(Need need) {
        return new Want(
                need.action().word(), need.resource().word(), need.name().orElse(""));
    }

    /// What policies say to what was asked. No to words that none of them knows any more.
    static boolean isAllowed(Policies policies, Judgment asked, Organization requested) {
        var who = new Subjects(asked.words());
        Optional<Need> first = need(asked.wants().getFirst());
        return switch (asked.kind()) {
            case OPERATION ->
                operation(asked.wants())
                        .flatMap(operation -> policies.lend(who, requested, operation))
                        .isPresent();
            case OBJECT ->
                first.filter(need -> policies.allows(who, requested, need)).isPresent();
            case SOME ->
                first.filter(need -> policies.allowsSome(who, requested, need.action(), need.resource()))
                        .isPresent();
        };
    }

    private static Optional<Operation> operation(List<Want> wants) {
        if (wants.equals(List.of(EVERYTHING))) {
            return Optional.of(Operation.everything());
        }
        List<Need> needs = wants.stream().flatMap(want -> need(want).stream()).toList();
        return needs.isEmpty() || needs.size() < wants.size()
                ? Optional.empty()
                : Optional.of(new Operation(needs, List.of()));
    }

    private static Optional<Need> need(Want want) {
        Optional<String> name = Optional.of(want.name()).filter(text -> !text.isEmpty());
        return Action.of(want.action())
                .flatMap(action -> Resource.of(want.resource()).map(resource -> new Need(action, resource, name)));
    }
}
