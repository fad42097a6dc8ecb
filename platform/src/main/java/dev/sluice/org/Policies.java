package dev.sluice.org;

import dev.sluice.label.Component;
import dev.sluice.label.Principal;
import dev.sluice.org.Policy.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the policies of one organization allow its own service accounts. Pure and total; whatever no rule allows is
/// refused.
///
/// An organization's policies speak of its own accounts only, so nobody else's policy can name them: a policy that is
/// not global holds in its own organization, a global one in all. Words are compared exactly; `*` stands for every
/// action or every resource, never for a subject.
public final class Policies {
    public static final Policies NONE = new Policies("", List.of());

    private final String home;
    private final Map<String, List<Line>> linesOf;

    private record Line(boolean global, Rule rule) {}

    /// @param home the name of the organization that made the policies
    public Policies(String home, List<Policy> policies) {
        this.home = home;
        this.linesOf = new HashMap<>();
        for (Policy policy : policies) {
            for (Rule rule : policy.rules()) {
                for (String subject : rule.subjects()) {
                    linesOf.computeIfAbsent(subject, _ -> new ArrayList<>()).add(new Line(policy.global(), rule));
                }
            }
        }
    }

    /// What somebody is lent for an operation in `requested`; empty if the operation is refused.
    public Optional<Lent> lend(Subjects who, Organization requested, Operation operation) {
        List<Line> lines = linesOf(who);
        Lent all = Lent.NOTHING;
        for (Need need : operation.required()) {
            Optional<Lent> lent = lend(lines, requested, need);
            if (lent.isEmpty()) {
                return Optional.empty();
            }
            all = all.and(lent.get());
        }
        for (Need need : operation.optional()) {
            all = all.and(lend(lines, requested, need).orElse(Lent.NOTHING));
        }
        return Optional.of(all);
    }

    /// Whether somebody has any business in `requested`: at home, or by some global rule.
    public boolean admits(Subjects who, Organization requested) {
        return requested.name().equals(home) || linesOf(who).stream().anyMatch(Line::global);
    }

    /// Whether a rule speaks of somebody: what makes a user of an identity provider a member.
    public boolean names(Subjects who) {
        return !linesOf(who).isEmpty();
    }

    private List<Line> linesOf(Subjects who) {
        List<Line> lines = who.words().stream()
                .flatMap(word -> linesOf.getOrDefault(word, List.of()).stream())
                .toList();
        boolean isDenied = lines.stream().anyMatch(line -> line.rule().effect() == Effect.DENY);
        return isDenied ? List.of() : lines;
    }

    private Optional<Lent> lend(List<Line> lines, Organization requested, Need need) {
        Component on = Component.TRUE;
        for (Line line : lines) {
            if ((line.global() || requested.name().equals(home)) && line.rule().covers(need.action())) {
                on = on.and(covered(line.rule(), requested, need));
            }
        }
        if (on.isTrue()) {
            return Optional.empty();
        }
        return Optional.of(new Lent(on, need.action() == Action.GET ? Component.TRUE : on));
    }

    /// The principals that a rule lends for `need`: the resource's, the named object's, or none.
    private static Component covered(Rule rule, Organization requested, Need need) {
        Principal resource = need.resource().in(requested.principal());
        String word = need.resource().word();
        if (rule.resources().contains(Policy.ANY) || rule.resources().contains(word)) {
            return Component.of(resource);
        }
        return need.name()
                .filter(name -> rule.resources().contains(word + "/" + name))
                .map(name -> Component.of(resource.child(name)))
                .orElse(Component.TRUE);
    }
}
