package dev.sluice.org;

import dev.sluice.org.Extent.Named;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Whether somebody has himself what he would give to others by changing the policies of an organization.
///
/// Sound and not complete: what is not seen to be covered at once is refused. Each thing that is given must be allowed
/// by one rule of the author's and overlap nothing that he is denied; since writing lends reading, who is denied to
/// `get` a thing gives no right to it. Taking a denial away gives what was denied.
public final class Coverage {
    private final Rights here;
    private final Rights everywhere;
    private final Policies place;

    private Coverage(Rights here, Rights everywhere, Policies place) {
        this.here = here;
        this.everywhere = everywhere;
        this.place = place;
    }

    /// @param home  the policies that speak of the author
    /// @param place the organization whose policies he changes
    public static Coverage of(Policies home, Subjects author, Organizations.Tenant place) {
        return new Coverage(home.rights(author, place.organization()), home.rightsEverywhere(author), place.policies());
    }

    /// Whether he may do that in every organization, and so with what belongs to none.
    public boolean isEverywhere(Action action, Resource resource) {
        return isEverywhere(Need.of(action, resource));
    }

    /// As [#isEverywhere(Action, Resource)], perhaps with one object only.
    public boolean isEverywhere(Need need) {
        return everywhere.reach(need.action(), need.resource(), need.name()) != Rights.Reach.NOTHING;
    }

    /// Whether there are objects of a resource with which he may do that in every organization.
    public boolean isSomeEverywhere(Action action, Resource resource) {
        return everywhere.allowsSome(action, resource);
    }

    /// Whether he may put this policy in the place of the one of its name, or of none.
    public boolean ofPolicy(Policy policy) {
        Optional<Policy> before = place.policy(policy.name());
        Action action = before.isEmpty() ? Action.CREATE : Action.UPDATE;
        boolean isGlobal = policy.global() || before.filter(Policy::global).isPresent();
        return (!isGlobal || isEverywhere(IamKind.POLICY.need(action, policy.name())))
                && lines(policy, Effect.ALLOW).allMatch(this::covers)
                && before.stream().flatMap(old -> denialsLost(old, policy)).allMatch(this::covers);
    }

    /// Whether he may remove the policy of that name.
    public boolean ofRemoval(String policy) {
        Optional<Policy> before = place.policy(policy);
        return (before.filter(Policy::global).isEmpty() || isEverywhere(IamKind.POLICY.need(Action.DELETE, policy)))
                && before.stream().flatMap(old -> lines(old, Effect.DENY)).allMatch(this::covers);
    }

    /// Whether he may put this role in the place of the one of its name, or of none. All policies that speak of it
    /// give it.
    public boolean ofRole(Role role) {
        Stream<Extent> gives = extents(role.rules());
        Stream<Extent> denied = isIn(role.name(), Effect.DENY)
                ? place.roles().grants(role.name()).map(Coverage::extents).orElseGet(() -> Stream.of(Extent.EVERYTHING))
                : Stream.empty();
        boolean isGlobal = place.all().stream()
                .filter(Policy::global)
                .flatMap(policy -> policy.rules().stream())
                .anyMatch(rule -> rule.roles().contains(role.name()));
        return Stream.concat(gives, denied)
                .allMatch(extent -> covers(here, extent) && (!isGlobal || covers(everywhere, extent)));
    }

    /// Whether he has all that the policies of this organization allow to `others`: who decides how they prove who
    /// they are has their rights for the taking.
    public boolean ofSubjects(Subjects others) {
        return place.lines(others).stream()
                .filter(line -> line.effect() == Effect.ALLOW)
                .allMatch(this::covers);
    }

    private Stream<Line> denialsLost(Policy before, Policy after) {
        boolean isAsWide = after.global() || !before.global();
        return lines(before, Effect.DENY)
                .filter(line ->
                        !isAsWide || !after.rules().contains(before.rules().get(line.number())));
    }

    private Stream<Line> lines(Policy policy, Effect effect) {
        return Stream.iterate(0, i -> i < policy.rules().size(), i -> i + 1)
                .flatMap(i -> Line.of(policy, i, place.roles()).stream())
                .filter(line -> line.effect() == effect);
    }

    private boolean isIn(String role, Effect effect) {
        return place.all().stream()
                .flatMap(policy -> policy.rules().stream())
                .anyMatch(rule -> rule.effect() == effect && rule.roles().contains(role));
    }

    private static Stream<Extent> extents(List<Role.Grant> grants) {
        return grants.stream().map(grant -> Extent.of(grant.actions(), grant.resources()));
    }

    private boolean covers(Line line) {
        return covers(line.global() ? everywhere : here, line.extent());
    }

    private static boolean covers(Rights author, Extent given) {
        if (!given.isClear() && author.every() != Extent.ACTIONS_ALL) {
            return false; // a word that means nothing yet may mean anything later
        }
        long denied = Extent.withReading(author.denied());
        return (given.every() & ~author.every()) == 0
                && (given.whole() & ~author.allowed()) == 0
                && (given.whole() & denied) == 0
                && author.deniedNamed().stream().noneMatch(one -> (given.whole() & pairsDenied(one)) != 0)
                && given.named().stream().allMatch(one -> covers(author, denied, one));
    }

    private static boolean covers(Rights author, long denied, Named given) {
        for (Action action : Action.values()) {
            if (given.concerns(action, given.resource())) {
                long pair = Extent.bit(action, given.resource());
                boolean isAllowed = (author.allowed() & pair) != 0
                        || author.allowedNamed().stream()
                                .anyMatch(one -> one.concerns(action, given.resource())
                                        && Glob.covers(one.glob(), given.glob()));
                boolean isDenied = (denied & pair) != 0
                        || author.deniedNamed().stream()
                                .anyMatch(one -> (pairsDenied(one) & pair) != 0 && Glob.meet(one.glob(), given.glob()));
                if (!isAllowed || isDenied) {
                    return false;
                }
            }
        }
        return true;
    }

    private static long pairsDenied(Named denied) {
        return Extent.withReading(Extent.pairs(denied.actions(), denied.resource()));
    }
}
