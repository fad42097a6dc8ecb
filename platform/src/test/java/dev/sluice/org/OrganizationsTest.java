package dev.sluice.org;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Deed;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.store.MemoryStore;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OrganizationsTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_530_561_893));
    private static final Component BY = Component.parse("dispatch/serviceaccount/admin");
    private static final Policy.Rule ALL = new Policy.Rule(List.of("ci"), List.of("*"), List.of("*"));

    private final MemoryStore store = new MemoryStore();
    private final LabeledFs fs = new LabeledFs(store, new SecureRandom());
    private final List<Deed> deeds = new ArrayList<>();
    private final Organizations organizations = new Organizations(fs, deeds::add);

    @BeforeEach
    void bootstrap() {
        fs.bootstrap();
    }

    @Test
    void anOrganization_isThereAtOnce_andForWhoeverReadsTheStoreAnew() {
        assertThat(organizations.tenant("acme")).isEmpty();
        Organization acme = organizations.create("acme", CLOCK, BY);

        assertThat(acme.token()).isEqualTo("acme");
        assertThat(organizations.tenant("acme").orElseThrow().organization()).isEqualTo(acme);
        assertThat(anew().tenant("acme").orElseThrow().organization()).isEqualTo(acme);
        assertThat(anew().all()).containsExactly(acme);
    }

    @Test
    void aNameThatIsTaken_andOneOfTheSystem_isRefused() {
        organizations.create("acme", CLOCK, BY);
        for (String name : List.of("acme", "faasten", "sluice", "T", "F")) {
            refused(Refusal.EXISTS, () -> organizations.create(name, CLOCK, BY));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "acme~2",
                "a/b",
                "a.b",
                "a b",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void aNameThatCouldBeMistaken_isRefused(String name) {
        refused(Refusal.INVALID, () -> organizations.create(name, CLOCK, BY));
    }

    @Test
    void aDeletedOrganization_isGoneAtOnce_andStaysGone() {
        Organization acme = organizations.create("acme", CLOCK, BY);
        organizations.delete(acme, CLOCK, BY);

        assertThat(organizations.tenant("acme")).isEmpty();
        assertThat(organizations.all()).isEmpty();
        assertThat(anew().tenant("acme")).isEmpty();
        refused(Refusal.NOT_FOUND, () -> organizations.delete(acme, CLOCK, BY));
    }

    @Test
    void aNameUsedAgain_hasAnotherPrincipal_andNothingOfTheOneBefore() throws Exception {
        Organization before = organizations.create("acme", CLOCK, BY);
        ServiceAccount ci = account("ci");
        in(before, () -> organizations.create(before, ci));
        in(before, () -> organizations.put(before, policy("all")));
        assertThat(organizations.account(before, "ci")).isPresent();
        organizations.delete(before, CLOCK, BY);

        Organization after = organizations.create("acme", CLOCK, BY);

        assertThat(after.token()).isEqualTo("acme~2");
        assertThat(after.id()).isNotEqualTo(before.id());
        for (Organizations read : List.of(organizations, anew())) {
            assertThat(read.account(after, "ci")).isEmpty();
            Policies policies = read.tenant("acme").orElseThrow().policies();
            assertThat(policies.lend(Subjects.ofAccount("acme", "ci"), after, Operation.of(Action.GET, Resource.RUNS)))
                    .isEmpty();
        }
        assertThat(in(after, () -> organizations.policies().list(after))).isEmpty();
        refused(Refusal.DENIED, () -> in(after, () -> organizations.policies().list(before)));
        refused(Refusal.EXISTS, () -> organizations.create("acme", CLOCK, BY));

        organizations.delete(after, CLOCK, BY);
        assertThat(organizations.create("acme", CLOCK, BY).token()).isEqualTo("acme~3");
        assertThat(anew().all()).extracting(Organization::token).containsExactly("acme~3");
    }

    /// Each life has a principal, and only the last one a name.
    @Test
    void aNameThatNoOrganizationCanHave_isNobodys() {
        organizations.delete(organizations.create("acme", CLOCK, BY), CLOCK, BY);
        assertThat(organizations.create("acme", CLOCK, BY).token()).isEqualTo("acme~2");
        for (String name : List.of("acme~2", "", "a/b", "..", "a:b", "o".repeat(200))) {
            assertThat(organizations.tenant(name)).as(name).isEmpty();
        }
    }

    @Test
    void anAccount_hasAName_andKeysThatCanBeUsed() throws Exception {
        Organization acme = organizations.create("acme", CLOCK, BY);
        in(acme, () -> organizations.prepare(acme));
        ServiceAccount ci = account("ci");
        var keyless = new ServiceAccount("i", "ci", List.of(), 0, 0, 0);
        for (ServiceAccount bad :
                List.of(account(""), account("a b"), account("a@b"), account("a".repeat(200)), keyless)) {
            refused(Refusal.INVALID, () -> in(acme, () -> organizations.create(acme, bad)));
            refused(Refusal.INVALID, () -> in(acme, () -> organizations.put(acme, bad)));
        }
        assertThat(in(acme, () -> organizations.serviceAccounts().list(acme))).isEmpty();
        in(acme, () -> organizations.create(acme, ci));
        refused(Refusal.INVALID, () -> in(acme, () -> organizations.change(acme, "ci", _ -> keyless)));
        assertThat(organizations.account(acme, "ci")).isPresent();
        for (String name : List.of("", "a b", "a/b", "..", "a".repeat(300))) {
            assertThat(organizations.account(acme, name)).as(name).isEmpty();
        }
    }

    @Test
    void anAccount_whoseKeysProveNothing_isNobody() {
        Organization acme = organizations.create("acme", CLOCK, BY);
        var dumb = new ServiceAccount("i", "dumb", "no key", 0, 0);
        in(acme, () -> organizations.serviceAccounts().create(acme, "dumb", dumb));
        assertThat(organizations.account(acme, "dumb")).isEmpty();
    }

    @Test
    void aDeletedOrganization_isDeparted_untilNothingIsLeft() {
        var departed = new Departed(fs, deeds::add);
        Organization acme = organizations.create("acme", CLOCK, BY);
        assertThat(departed.all()).isEmpty();
        refused(Refusal.NOT_FOUND, () -> departed.emptied(acme, CLOCK));
        organizations.delete(acme, CLOCK, BY);
        organizations.create("acme", CLOCK, BY);
        assertThat(departed.all()).isEqualTo(Map.of(acme, CLOCK.instant()));
        departed.emptied(acme, CLOCK);
        assertThat(departed.all()).isEmpty();
        assertThat(anew().all()).extracting(Organization::token).containsExactly("acme~2");
    }

    @Test
    void theOperatorsOrganization_isNotDeleted() {
        Organization dispatch = organizations.create(Founding.ORGANIZATION, CLOCK, BY);
        refused(Refusal.INVALID, () -> organizations.delete(dispatch, CLOCK, BY));
        assertThat(organizations.tenant(Founding.ORGANIZATION)).isPresent();
    }

    @Test
    void manyOrganizations_areAllListed() {
        for (int i = 0; i < LabeledFs.LIST_ENTRIES_MAX + 5; i++) {
            organizations.create("o" + i, CLOCK, BY);
        }
        assertThat(organizations.all()).hasSize(LabeledFs.LIST_ENTRIES_MAX + 5);
    }

    @Test
    void records_areCreated_changed_listed_andRemoved() {
        Organization acme = organizations.create("acme", CLOCK, BY);
        Records<Policy> policies = organizations.policies();
        assertThat(in(acme, () -> policies.list(acme))).isEmpty();
        in(acme, () -> policies.create(acme, "p", policy("p")));
        refused(Refusal.EXISTS, () -> in(acme, () -> policies.create(acme, "p", policy("p"))));

        var changed = new Policy("i", "p", true, List.of(ALL), 0, 9);
        in(acme, () -> policies.update(acme, "p", _ -> changed));
        assertThat(in(acme, () -> policies.list(acme))).containsExactly(changed);

        in(acme, () -> policies.remove(acme, "p"));
        assertThat(in(acme, () -> policies.find(acme, "p"))).isEmpty();
        refused(Refusal.NOT_FOUND, () -> in(acme, () -> policies.remove(acme, "p")));
        refused(Refusal.NOT_FOUND, () -> in(acme, () -> policies.update(acme, "p", p -> p)));
    }

    @Test
    void aPolicy_isInForce_whenTheCallReturns_andNoLonger_whenItIsRemoved() {
        Organization acme = organizations.create("acme", CLOCK, BY);
        assertThat(mayRun(acme)).isFalse();
        in(acme, () -> organizations.policies().create(acme, "p", policy("p")));
        assertThat(mayRun(acme)).isTrue();
        in(acme, () -> organizations.policies().remove(acme, "p"));
        assertThat(mayRun(acme)).isFalse();
    }

    @Test
    void aRecord_isWritten_byWhoHoldsTheOrganizationsIam_only() {
        Organization acme = organizations.create("acme", CLOCK, BY);
        Organization blue = organizations.create("blue", CLOCK, BY);
        refused(Refusal.DENIED, () -> in(blue, () -> organizations.policies().create(acme, "p", policy("p"))));
        assertThat(mayRun(acme)).isFalse();
    }

    @Test
    void eachChange_isOnRecord_withWhoWantedIt() {
        Organization acme = organizations.create("acme", CLOCK, BY);
        in(acme, () -> organizations.policies().create(acme, "p", policy("p")));
        in(acme, () -> organizations.policies().update(acme, "p", p -> p));
        in(acme, () -> organizations.policies().remove(acme, "p"));
        organizations.delete(acme, CLOCK, BY);

        assertThat(deeds)
                .extracting(Deed::kind)
                .containsExactly(
                        "organization.create",
                        "policy.create",
                        "policy.update",
                        "policy.delete",
                        "organization.delete");
        assertThat(deeds.getFirst().details()).containsEntry("by", BY.toString());
        assertThat(deeds.getLast().details()).containsEntry("by", BY.toString());
    }

    private boolean mayRun(Organization organization) {
        return organizations
                .tenant(organization.name())
                .orElseThrow()
                .policies()
                .lend(
                        Subjects.ofAccount(organization.name(), "ci"),
                        organization,
                        Operation.of(Action.CREATE, Resource.RUNS))
                .isPresent();
    }

    private Organizations anew() {
        return new Organizations(fs, deeds::add);
    }

    private static Policy policy(String name) {
        return new Policy("i", name, false, List.of(ALL), 0, 0);
    }

    private static ServiceAccount account(String name) throws NoSuchAlgorithmException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        var key = (RSAPublicKey) generator.generateKeyPair().getPublic();
        return new ServiceAccount("i", name, PublicKeyText.print(key), 0, 0);
    }

    private static <T> T in(Organization organization, Supplier<T> body) {
        Component iam = Component.of(Resource.IAM.in(organization.principal()));
        return new Task(Label.PUBLIC, Label.of(iam, Component.TRUE), Privilege.mintTcb(iam)).run(body::get);
    }

    private static void in(Organization organization, Runnable body) {
        in(organization, () -> {
            body.run();
            return body;
        });
    }

    private static void refused(Refusal refusal, ThrowingCallable body) {
        assertThatThrownBy(body)
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.refusal()).isEqualTo(refusal));
    }
}
