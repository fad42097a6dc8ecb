package dev.sluice.authn;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.org.Action;
import dev.sluice.org.Lent;
import dev.sluice.org.Need;
import dev.sluice.org.Operation;
import dev.sluice.org.Organization;
import dev.sluice.org.Policies;
import dev.sluice.org.Resource;
import dev.sluice.org.Subjects;
import java.util.List;
import java.util.Optional;

/// Turns what the policies lend into authority: the identity and the lent read for clearance and delivery, the
/// identity and the lent write for changing things. Never more (design/labels.md section 2).
///
/// Remembers its answers. A changed policy is another [Policies] and so never meets an old answer.
final class Lending {
    private static final int REMEMBERED_MAX = 30_000;
    private static final Operation EVERYTHING = Operation.everything();

    private final Cache<Question, Optional<Authority>> answers =
            Caffeine.newBuilder().maximumSize(REMEMBERED_MAX).build();
    private final Cache<Widening, Lent> widenings =
            Caffeine.newBuilder().maximumSize(REMEMBERED_MAX).build();

    /// @param policies by identity: it has no other equality
    private record Question(
            Policies policies, Subjects subjects, Component identity, Organization requested, Operation operation) {}

    /// What an answer may show beside: the same for an operation on each object, so it is not asked anew for each.
    private record Widening(Policies policies, Subjects subjects, Organization requested, List<Need> optional) {}

    record Authority(Label clearance, Privilege privilege) {}

    Optional<Authority> authority(Identity who, Organization requested, Operation operation) {
        var question = new Question(who.home().policies(), who.subjects(), who.component(), requested, operation);
        return answers.get(question, this::answer);
    }

    /// Whether the policies allow somebody all there is in an organization.
    boolean isAllowedEverything(Identity who, Organization requested) {
        return authority(who, requested, EVERYTHING).isPresent();
    }

    /// As [#authority], and with the organization as a whole: to read, and to write if the operation writes. Only for
    /// who [#isAllowedEverything].
    Optional<Authority> authorityOfWhole(Identity who, Organization requested, Operation operation) {
        Component whole = Component.of(requested.principal());
        boolean isWriting = operation.required().stream().anyMatch(need -> need.action() != Action.GET);
        return authority(who, requested, operation).map(lent -> {
            Component read = lent.clearance().secrecy().and(whole);
            Component write = lent.privilege().integrity();
            return lending(read, isWriting ? write.and(whole) : write);
        });
    }

    /// With the whole resource of which `need` names one object, for who may have that object: what stands under a
    /// resource is labeled with all of it. Who uses this touches nothing but that object.
    ///
    /// Empty for who may not see the object.
    static Optional<Authority> withResource(Authority lent, Organization requested, Need need) {
        Component whole = Component.of(need.resource().in(requested.principal()));
        Component read = lent.clearance().secrecy();
        Component write = lent.privilege().integrity();
        boolean isSeen = read.implies(whole)
                || need.object(requested)
                        .filter(object -> read.implies(Component.of(object)))
                        .isPresent();
        return isSeen
                ? Optional.of(lending(read.and(whole), need.action() == Action.GET ? write : write.and(whole)))
                : Optional.empty();
    }

    /// With a whole resource to read, to look for those objects of it that may be seen.
    static Authority withReading(Identity who, Organization requested, Resource resource) {
        Component read = who.component().and(Component.of(resource.in(requested.principal())));
        return lending(read, who.component());
    }

    private static Authority lending(Component read, Component write) {
        return new Authority(Label.of(read, Component.TRUE), Privilege.mintTcb(read, write));
    }

    private Optional<Authority> answer(Question asked) {
        Policies policies = asked.policies();
        Optional<Lent> required = policies.lend(
                asked.subjects(), asked.requested(), asked.operation().strictly());
        List<Need> optional = asked.operation().optional();
        Optional<Lent> lent = optional.isEmpty()
                ? required
                : required.map(l -> l.and(widenings.get(
                        new Widening(policies, asked.subjects(), asked.requested(), optional),
                        w -> policies.lendWhatMayBe(w.subjects(), w.requested(), w.optional()))));
        return lent.map(l -> {
            Component read = asked.identity().and(l.read());
            Component write = asked.identity().and(l.write());
            return lending(read, write);
        });
    }
}
