package dev.sluice.authn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.sluice.authn.Caller.Delegate;
import dev.sluice.authn.Caller.Known;
import dev.sluice.fs.LabeledFs;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.org.Action;
import dev.sluice.org.Founding;
import dev.sluice.org.Operation;
import dev.sluice.org.Organizations;
import dev.sluice.org.Resource;
import dev.sluice.store.MemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The server's signing keys, and the tokens for whole accounts that they sign.
final class TokenKeyTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final JOSEObjectType TYPE = new JOSEObjectType("test+jwt");

    private final SetClock clock = new SetClock(START);
    private final LabeledFs fs = new LabeledFs(new MemoryStore(), new SecureRandom());
    private final Organizations organizations = new Organizations(fs, deed -> {});

    @TempDir
    private Path directory;

    private TokenKey keys;

    @BeforeEach
    void open() throws IOException {
        keys = TokenKey.at(directory, clock);
    }

    @Test
    void anotherKeySigns_whenTheOperatorSaysSo_andNobodyIsLoggedOut() throws IOException {
        String old = token();
        String first = keys.key().getKeyID();
        TokenKey.rotate(directory, clock);
        assertThat(isGood(old)).isTrue();
        pass(Duration.ofSeconds(1));
        assertThat(keys.key().getKeyID()).isNotEqualTo(first);
        String fresh = token();
        assertThat(isGood(old)).isTrue();
        assertThat(isGood(fresh)).isTrue();
        TokenKey other = TokenKey.at(directory, clock);
        assertThat(other.claims(TYPE, old)).isPresent();
        assertThat(other.claims(TYPE, fresh)).isPresent();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("token.key"))))
                .isEqualTo("rw-------");
    }

    @Test
    void anOldKey_isDropped_whenAllThatItSignedHasEnded() throws IOException {
        String old = token();
        pass(Duration.ofSeconds(10));
        TokenKey.rotate(directory, clock);
        pass(TokenKey.KEPT);
        assertThat(isGood(old)).isTrue();
        pass(Duration.ofSeconds(1));
        assertThat(isGood(old)).isFalse();
        assertThat(Files.readString(directory.resolve("token.key"))).contains("\"kid\"");
        TokenKey.at(directory, clock);
        assertThat(Files.readString(directory.resolve("token.key")).split("\"kid\"", -1))
                .hasSize(2);
    }

    @Test
    void aKey_signsForAMonth() {
        String first = keys.key().getKeyID();
        pass(TokenKey.ROTATED_AFTER);
        assertThat(keys.key().getKeyID()).isEqualTo(first);
        String old = token();
        pass(Duration.ofSeconds(1));
        assertThat(keys.key().getKeyID()).isNotEqualTo(first);
        assertThat(isGood(old)).isTrue();
    }

    @Test
    void aKeyOfAnOlderServer_goesOn() throws Exception {
        var single = new ECKeyGenerator(Curve.P_256).keyIDFromThumbprint(true).generate();
        Path file = directory.resolve("token.key");
        Files.writeString(file, single.toJSONString());
        Files.setLastModifiedTime(file, FileTime.from(START));
        TokenKey older = TokenKey.at(directory, clock);
        assertThat(older.key().getKeyID()).isEqualTo(single.getKeyID());
        pass(TokenKey.ROTATED_AFTER.plusSeconds(1));
        assertThat(older.key().getKeyID()).isNotEqualTo(single.getKeyID());
    }

    @Test
    void aFileThatOthersCanRead_isNotTaken() throws IOException {
        Files.setPosixFilePermissions(directory.resolve("token.key"), PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> TokenKey.rotate(directory, clock)).isInstanceOf(IOException.class);
        String first = keys.key().getKeyID();
        pass(TokenKey.ROTATED_AFTER.plusSeconds(1));
        assertThat(keys.key().getKeyID()).isEqualTo(first);
    }

    /// Only a start makes keys where there are none: whoever removes the file wants its tokens to be worthless then.
    @Test
    void aFileThatIsRemoved_isNotMadeAnew_byAServerThatRuns() throws IOException {
        String first = keys.key().getKeyID();
        Files.delete(directory.resolve("token.key"));
        pass(Duration.ofSeconds(1));
        assertThat(keys.key().getKeyID()).isEqualTo(first);
        assertThat(directory.resolve("token.key")).doesNotExist();
    }

    @Test
    void aFileWithoutKeys_isNotTaken() throws IOException {
        Files.writeString(directory.resolve("token.key"), "{\"keys\":[]}");
        assertThatThrownBy(() -> TokenKey.at(directory, clock)).isInstanceOf(IOException.class);
    }

    @Test
    void keys_areReplacedSoOften_andNoneIsDropped_thatMayHaveSigned() throws IOException {
        String old = token();
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 50; i++) {
                        TokenKey.rotate(directory, clock);
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("try again");
        pass(Duration.ofSeconds(1));
        assertThat(isGood(old)).isTrue();
        assertThat(isGood(token())).isTrue();
    }

    @Test
    void nothingIsSigned_thatWouldOutliveItsKey() {
        long end = START.plus(TokenKey.LIFETIME_MAX).getEpochSecond();
        ObjectNode claims = JsonMapper.shared().createObjectNode();
        assertThatThrownBy(() -> keys.sign(TYPE, claims)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> keys.sign(TYPE, claims.put("exp", end + 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(isGood(keys.sign(TYPE, claims.put("exp", end)))).isTrue();
    }

    @Test
    void oneKindOfToken_isNeverTakenForAnother() {
        assertThat(keys.claims(new JOSEObjectType("other+jwt"), token())).isEmpty();
        assertThat(isGood(token() + "x")).isFalse();
        assertThat(isGood("")).isFalse();
    }

    @Test
    void anIssuedToken_standsForTheAccount_andPoliciesSpeakOfIt() throws Exception {
        Authenticator authenticator = found();
        String token = issue(authenticator, admin(3600));
        Known admin = known(authenticator, token);
        assertThat(admin.name()).isEqualTo("admin");
        assertThat(admin.taskFor(Operation.of(Action.GET, Resource.RUNS))).isPresent();
        pass(IssuedTokens.LIFETIME.minusSeconds(1));
        known(authenticator, token);
        pass(Duration.ofSeconds(1));
        assertThat(ask(authenticator, token)).isInstanceOf(Caller.Rejected.class);
    }

    @Test
    void anIssuedToken_endsWithItsParent_andSoDoesWhatIsAskedForWithIt() throws Exception {
        Authenticator authenticator = found();
        String token = issue(authenticator, admin(100));
        pass(Duration.ofSeconds(90));
        String next = issue(authenticator, known(authenticator, token));
        pass(Duration.ofSeconds(9));
        known(authenticator, next);
        pass(Duration.ofSeconds(1));
        assertThat(ask(authenticator, token)).isInstanceOf(Caller.Rejected.class);
        assertThat(ask(authenticator, next)).isInstanceOf(Caller.Rejected.class);
    }

    @Test
    void anIssuedToken_isWorthNothing_onceTheAccountIsRenewedOrGone() throws Exception {
        Authenticator authenticator = found();
        Known before = admin(3600);
        String token = issue(authenticator, before);
        known(authenticator, token);
        var dispatch = organizations.tenant("dispatch").orElseThrow().organization();
        asRoot(() -> organizations.renew(dispatch, "admin"));
        assertThat(ask(authenticator, token)).isInstanceOf(Caller.Rejected.class);
        assertThat(authenticator.issue(before)).as("who was known before").isEmpty();
        String another = issue(authenticator, admin(3600));
        known(authenticator, another);
        asRoot(() -> organizations.removeAccount(dispatch, "admin"));
        assertThat(ask(authenticator, another)).isInstanceOf(Caller.Rejected.class);
    }

    /// What an account was given for a part of it must not become the whole, nor the other way round.
    @Test
    void anIssuedToken_isNoDelegation_norTheOtherWayRound() throws Exception {
        Authenticator authenticator = found();
        Delegations delegations = new Delegations(organizations, keys, clock);
        String part = delegations
                .mint(admin(3600), Component.parse("dispatch/serviceaccount/admin/app"))
                .orElseThrow();
        assertThat(ask(authenticator, part)).isInstanceOf(Delegate.class);
        assertThat(delegations.issued().identity(part)).isEmpty();
        assertThat(delegations.grant(issue(authenticator, admin(3600)))).isEmpty();
    }

    private Authenticator found() throws Exception {
        fs.bootstrap();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        new Founding(organizations, clock)
                .found((RSAPublicKey) generator.generateKeyPair().getPublic());
        return new Authenticator(
                organizations,
                new Bearers(organizations, Bearers.Rules.DEFAULT, clock),
                new Delegations(organizations, keys, clock));
    }

    private Known admin(long seconds) {
        var tenant = organizations.tenant("dispatch").orElseThrow();
        var account = organizations.account(tenant.organization(), "admin").orElseThrow();
        return new Known(
                new Lending(),
                Identity.of(
                        tenant,
                        account,
                        account.keys().getFirst().epoch(),
                        clock.instant().plusSeconds(seconds)),
                tenant.organization());
    }

    private static String issue(Authenticator authenticator, Known by) {
        return authenticator.issue(by).orElseThrow().token();
    }

    private static Caller ask(Authenticator authenticator, String token) {
        return authenticator.authenticate(Optional.of("Bearer " + token), Optional.empty());
    }

    private static Known known(Authenticator authenticator, String token) {
        Caller caller = ask(authenticator, token);
        assertThat(caller).isInstanceOf(Known.class);
        return (Known) caller;
    }

    private String token() {
        long end = clock.instant().plus(TokenKey.LIFETIME_MAX).getEpochSecond();
        return keys.sign(TYPE, JsonMapper.shared().createObjectNode().put("exp", end));
    }

    private boolean isGood(String token) {
        return keys.claims(TYPE, token).isPresent();
    }

    private void pass(Duration time) {
        clock.pass(time);
    }

    private static void asRoot(Runnable body) {
        new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(Component.FALSE)).run(() -> {
            body.run();
            return body;
        });
    }
}
