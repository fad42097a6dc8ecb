package dev.sluice.org;

import dev.sluice.label.Component;
import dev.sluice.org.Rights.Reach;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What the policies of one organization allow its own members and accounts. Pure and total; whatever no rule allows
/// is refused, and whatever a rule denies is refused whoever allows it.
///
/// An organization's policies speak of its own only, so nobody else's policy can name them: a policy that is not
/// global holds in its own organization, a global one in all. Words are compared exactly; `*` stands for every action
/// or every resource, or for any text in an object's name, never for a subject.
public final class Policies {
    public static final Policies NONE = new Policies("", List.of(), Roles.BUILT_IN_ONLY);

    private final String home;
    private final List<Policy> all;
    private final Roles roles;
    private final Map<String, Spoken> spokenOf;

    /// What is said of one subject: by all lines, and by those that hold everywhere.
    private record Spoken(List<Line> lines, Rights here, Rights everywhere) {
        static Spoken of(List<Line> lines) {
            return new Spoken(
                    lines,
                    Rights.sum(lines.stream().map(Line::rights).toList()),
                    Rights.sum(lines.stream()
                            .filter(Line::global)
                            .map(Line::rights)
                            .toList()));
        }
    }

    /// @param home the token of the organization that made the policies: the next one of its name is another one
    public Policies(String home, List<Policy> policies, Roles roles) {
        this.home = home;
        this.all = List.copyOf(policies);
        this.roles = roles;
        Map<String, List<Line>> linesOf = new HashMap<>();
        for (Policy policy : all) {
            for (int number = 0; number < policy.rules().size(); number++) {
                List<Line> lines = Line.of(policy, number, roles);
                for (String subject : policy.rules().get(number).subjects()) {
                    linesOf.computeIfAbsent(Subjects.canonical(subject), _ -> new ArrayList<>())
                            .addAll(lines);
                }
            }
        }
        this.spokenOf = new HashMap<>();
        linesOf.forEach((subject, lines) -> spokenOf.put(subject, Spoken.of(List.copyOf(lines))));
    }

    /// What somebody is lent for an operation in `requested`; empty if the operation is refused.
    public Optional<Lent> lend(Subjects who, Organization requested, Operation operation) {
        Rights rights = rights(who, requested);
        Lent lent = Lent.NOTHING;
        for (Need need : operation.required()) {
            Optional<Lent> one = lend(rights, requested, need);
            if (one.isEmpty()) {
                return Optional.empty();
            }
            lent = lent.and(one.get());
        }
        return Optional.of(lent.and(lendWhatMayBe(rights, requested, operation.optional())));
    }

    /// What somebody is lent of what an operation has in [Operation#optional].
    public Lent lendWhatMayBe(Subjects who, Organization requested, List<Need> optional) {
        return lendWhatMayBe(rights(who, requested), requested, optional);
    }

    private static Lent lendWhatMayBe(Rights rights, Organization requested, List<Need> optional) {
        Lent lent = Lent.NOTHING;
        for (Need need : optional) {
            lent = lent.and(lend(rights, requested, need).orElse(Lent.NOTHING));
        }
        return lent;
    }

    /// Whether somebody may do what `need` says in `requested`, and see what comes of it.
    public boolean allows(Subjects who, Organization requested, Need need) {
        return lend(rights(who, requested), requested, need)
                .filter(lent -> !lent.read().isTrue())
                .isPresent();
    }

    /// Whether there are objects of a resource with which somebody may do something, if they are there.
    public boolean allowsSome(Subjects who, Organization requested, Action action, Resource resource) {
        return rights(who, requested).allowsSome(action, resource);
    }

    /// What decides whether somebody may do what `need` says in `requested`.
    public Decision decide(Subjects who, Organization requested, Need need) {
        boolean isHome = isHome(requested);
        List<Line> lines = lines(who).stream()
                .filter(line -> isHome || line.global())
                .sorted(Comparator.comparing(Line::policy).thenComparingInt(Line::number))
                .toList();
        if (lend(rights(who, requested), requested, need).isPresent()) {
            return lines.stream()
                    .filter(line -> reach(line, need) != Reach.NOTHING)
                    .findFirst()
                    .<Decision>map(line -> new Decision.Allowed(Decision.Basis.of(line)))
                    .orElseThrow();
        }
        return lines.stream()
                .filter(line -> left(line, need) == Reach.NOTHING)
                .findFirst()
                .<Decision>map(line -> new Decision.Denied(Decision.Basis.of(line)))
                .orElseGet(Decision.Unmatched::new);
    }

    private static Reach reach(Line line, Need need) {
        return line.rights().reach(need.action(), need.resource(), need.name());
    }

    private static Reach left(Line line, Need need) {
        return line.rights().leftByDenials(need.action(), need.resource(), need.name());
    }

    /// Whether somebody has any business in `requested`: at home, or by some global rule.
    public boolean admits(Subjects who, Organization requested) {
        return isHome(requested) || lines(who).stream().anyMatch(line -> line.global() && isAllowing(line));
    }

    /// Whether any rule allows somebody something: who has come from elsewhere is a member if so.
    public boolean names(Subjects who) {
        return lines(who).stream().anyMatch(Policies::isAllowing);
    }

    /// The policies as they would be with these in the place of those of their names, or of none, and without those of
    /// the names in `without`. Changes nothing.
    ///
    /// @throws dev.sluice.kernel.Refused `QUOTA` if they would be too large
    public Policies changed(List<Policy> put, Set<String> without) {
        Map<String, Policy> by = new LinkedHashMap<>();
        all.forEach(policy -> by.put(policy.name(), policy));
        by.keySet().removeAll(without);
        put.forEach(policy -> by.put(policy.name(), policy));
        List<Policy> changed = List.copyOf(by.values());
        PolicySize.require(changed, roles);
        return new Policies(home, changed, roles);
    }

    /// The roles that rules speak of and that are not there: they allow nothing, and deny everything.
    public Set<String> rolesMissing() {
        return all.stream()
                .flatMap(policy -> policy.rules().stream())
                .flatMap(rule -> rule.roles().stream())
                .filter(role -> roles.grants(role).isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// The policy of that name.
    public Optional<Policy> policy(String name) {
        return all.stream().filter(policy -> policy.name().equals(name)).findFirst();
    }

    /// The names of the policies that speak of the role of that name.
    public List<String> namesOfThoseWithRole(String role) {
        return all.stream()
                .filter(policy ->
                        policy.rules().stream().anyMatch(rule -> rule.roles().contains(role)))
                .map(Policy::name)
                .toList();
    }

    /// @throws dev.sluice.kernel.Refused `QUOTA` if they would be too large with this one in the place of that of its
    ///     name
    public void requireRoomFor(Policy policy) {
        Stream<Policy> others = all.stream().filter(other -> !other.name().equals(policy.name()));
        PolicySize.require(Stream.concat(others, Stream.of(policy)).toList(), roles);
    }

    /// As [#requireRoomFor(Policy)], with this role.
    public void requireRoomFor(Role role) {
        PolicySize.require(all, roles.with(role));
    }

    public List<Policy> all() {
        return all;
    }

    public Roles roles() {
        return roles;
    }

    boolean isHome(Organization requested) {
        return requested.token().equals(home);
    }

    /// What all rules that hold in `requested` say of somebody.
    Rights rights(Subjects who, Organization requested) {
        boolean isHome = isHome(requested);
        return Rights.sum(spoken(who).stream()
                .map(said -> isHome ? said.here : said.everywhere)
                .toList());
    }

    /// What somebody may do whatever the organization: allowed by global rules, and denied by none at all.
    Rights rightsEverywhere(Subjects who) {
        List<Spoken> spoken = spoken(who);
        Rights here = Rights.sum(spoken.stream().map(Spoken::here).toList());
        return Rights.sum(spoken.stream().map(Spoken::everywhere).toList()).butFor(here);
    }

    List<Line> lines(Subjects who) {
        return spoken(who).stream().flatMap(said -> said.lines.stream()).toList();
    }

    private List<Spoken> spoken(Subjects who) {
        return who.words().stream().map(spokenOf::get).filter(Objects::nonNull).toList();
    }

    private static boolean isAllowing(Line line) {
        return line.rights().allowed() != 0 || !line.rights().allowedNamed().isEmpty();
    }

    /// Writing lends reading too, but never of what somebody is explicitly denied to `get`.
    private static Optional<Lent> lend(Rights rights, Organization requested, Need need) {
        Resource resource = need.resource();
        Reach write = rights.reach(need.action(), resource, need.name());
        Reach read = write.atMost(rights.leftByDenials(Action.GET, resource, need.name()));
        Component writes = principal(write, requested, need);
        if (writes.isTrue()) {
            return Optional.empty();
        }
        Component reads = principal(read, requested, need);
        return Optional.of(new Lent(reads, need.action() == Action.GET ? Component.TRUE : writes));
    }

    /// True for nothing, and for an object whose name can be no principal's.
    private static Component principal(Reach reach, Organization requested, Need need) {
        return switch (reach) {
            case NOTHING -> Component.TRUE;
            case OBJECT -> need.object(requested).map(Component::of).orElse(Component.TRUE);
            case WHOLE -> Component.of(need.resource().in(requested.principal()));
        };
    }
}
