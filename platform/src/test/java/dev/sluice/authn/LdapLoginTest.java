package dev.sluice.authn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.unboundid.ldap.sdk.LDAPException;
import dev.sluice.authn.LoginRefused.Why;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LdapLoginTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String GROUPS = ",\"groupBase\":\"ou=groups," + TestDirectory.BASE + "\"";

    @TempDir
    private Path data;

    private TestDirectory directory;

    @BeforeEach
    void start() throws Exception {
        directory = new TestDirectory(data, "127.0.0.1");
    }

    @AfterEach
    void stop() {
        directory.close();
    }

    @Test
    void whoKnowsHisPassword_isWhoTheDirectorySays() throws Exception {
        User jon = logIn(directory.description("corp", "acme", ""), "jon", "correct horse");
        assertThat(jon.provider()).isEqualTo("corp");
        assertThat(jon.mail()).isEqualTo("jon@example.com");
        assertThat(jon.groups()).containsExactly("dev");
        assertThat(directory.binds)
                .as("groups are looked up by who looks users up")
                .containsExactly(TestDirectory.READER, "uid=jon,ou=people," + TestDirectory.BASE, TestDirectory.READER);
    }

    @Test
    void aDirectoryThatBeginsNoTls_isToldNothing() throws Exception {
        String clear = "\"startTls\":true,\"url\":\"" + directory.inTheClear() + "\"";
        assertThat(refusal(directory.describe("corp", "acme", clear), "jon", "correct horse"))
                .isEqualTo(Why.UNREACHABLE);
        assertThat(directory.binds).isEmpty();
    }

    /// Some directories take every password for a name that they do not have.
    @Test
    void anAccountThatThereIsNot_isNobody_whateverTheDirectorySaysOfItsPassword() throws Exception {
        directory.takesAnybody = true;
        assertThat(refusal(directory.description("corp", "acme", ""), "nobody", "any"))
                .isEqualTo(Why.WRONG);
    }

    @Test
    void soManyLogins_areAskedForAtOnce_andNoMore() throws Exception {
        var inside = new Semaphore(0);
        var go = new CountDownLatch(1);
        directory.beforeSearch = () -> {
            inside.release();
            try {
                go.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        };
        try (var logins = logins(PATIENCE, directory.description("corp", "acme", ""));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting = new ArrayList<Future<User>>();
            for (int i = 0; i < LdapClient.LOGINS_MAX; i++) {
                String address = "1.2.3." + i;
                waiting.add(threads.submit(() -> logins.user("corp", Credentials.of("jon", "correct horse"), address)));
            }
            assertThat(inside.tryAcquire(LdapClient.LOGINS_MAX, PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            int asked = directory.binds.size();
            assertThat(refusal(logins, "jon", "correct horse", "1.2.4.1")).isEqualTo(Why.UNREACHABLE);
            assertThat(directory.binds).as("nobody is asked").hasSize(asked);
            go.countDown();
            for (Future<User> one : waiting) {
                assertThat(one.get().mail()).isEqualTo("jon@example.com");
            }
            assertThat(logins.user("corp", Credentials.of("jon", "correct horse"), "1.2.4.2")
                            .mail())
                    .as("room comes back")
                    .isEqualTo("jon@example.com");
        } finally {
            go.countDown();
        }
    }

    @Test
    void anAnswerThatIsTooLarge_logsNobodyIn() throws Exception {
        String large = "memberOf: cn=" + "x".repeat(2 << 20) + ",ou=people," + TestDirectory.BASE;
        directory.person("fat", "secret", "mail: fat@example.com", large);
        String memberOf = ",\"memberOfAttribute\":\"memberOf\"";
        assertThat(refusal(directory.description("corp", "acme", memberOf), "fat", "secret"))
                .isEqualTo(Why.UNREACHABLE);
        assertThat(logIn(directory.description("corp", "acme", ""), "fat", "secret")
                        .mail())
                .isEqualTo("fat@example.com");
    }

    @Test
    void startTls_isTlsBeforeAnyPassword() throws Exception {
        String startTls = "\"startTls\":true,\"url\":\"" + directory.startTls() + "\"" + GROUPS;
        assertThat(logIn(directory.describe("corp", "acme", startTls), "jon", "correct horse")
                        .groups())
                .containsExactly("dev");
    }

    @Test
    void withoutAnAccountOfOurs_usersReadTheirOwnEntries() throws Exception {
        String own = directory.describe("corp", "acme", "\"url\":\"" + directory.ldaps() + "\"" + GROUPS);
        assertThat(logIn(own, "jon", "correct horse").groups()).containsExactly("dev");
        assertThat(directory.binds).containsExactly("uid=jon,ou=people," + TestDirectory.BASE);
        assertThat(refusal(own, "jon", "wrong")).isEqualTo(Why.WRONG);
        assertThat(refusal(own, "nobody", "wrong")).isEqualTo(Why.WRONG);
        assertThat(refusal(own, "jon,ou=people", "correct horse")).isEqualTo(Why.WRONG);
    }

    @Test
    void aWrongPassword_andAnAccountThatThereIsNot_areOneAnswer_andCostAsMuch() throws Exception {
        String corp = directory.description("corp", "acme", "");
        assertThat(refusal(corp, "jon", "wrong")).isEqualTo(Why.WRONG);
        int asked = directory.binds.size();
        assertThat(refusal(corp, "nobody", "wrong")).isEqualTo(Why.WRONG);
        assertThat(directory.binds).hasSize(2 * asked);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "j*",
                "jon)(uid=*",
                "*)(|(uid=*",
                "jon\\2a",
                "(uid=jon)",
                "jon,ou=people",
                "&",
                "|(a=*",
                "jon+cn=x"
            })
    void anAccount_isAValue_andNoPartOfAFilterOrName(String account) throws Exception {
        assertThat(refusal(directory.description("corp", "acme", ""), account, "correct horse"))
                .isEqualTo(Why.WRONG);
        assertThat(directory.binds).doesNotContain("uid=jon,ou=people," + TestDirectory.BASE);
    }

    @Test
    void anEmptyPassword_isNone_asDirectoriesTakeItForNobody() {
        assertThat(Credentials.of("jon", "")).isEmpty();
        assertThatThrownBy(() -> new Credentials("jon", "")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " jon", "jon ", "j  on", "jon\n", "jon\0", "ｊon", "jön"})
    void anAccount_hasOneSpelling(String account) {
        assertThat(Credentials.of(account, "p")).isEmpty();
        assertThat(Credentials.of("a".repeat(129), "p")).isEmpty();
        assertThat(Credentials.of("jon", "p".repeat(Credentials.PASSWORD_CHARS_MAX + 1)))
                .isEmpty();
    }

    @Test
    void severalEntriesOfOneName_areNobody() throws Exception {
        for (String unit : new String[] {"more", "again"}) {
            directory.entry("dn: ou=" + unit + ",ou=people," + TestDirectory.BASE, "objectClass: organizationalUnit");
            directory.entry(
                    "dn: uid=jon,ou=" + unit + ",ou=people," + TestDirectory.BASE,
                    "objectClass: person",
                    "uid: jon",
                    "userPassword: correct horse",
                    "mail: root@example.com");
            assertThat(refusal(directory.description("corp", "acme", ""), "jon", "correct horse"))
                    .isEqualTo(Why.WRONG);
        }
    }

    @Test
    void whomTheFilterLeavesOut_isNobody() throws Exception {
        directory.person("old", "secret", "mail: old@example.com", "employeeType: former");
        String filter = ",\"userFilter\":\"(!(employeeType=former))\"";
        assertThat(refusal(directory.description("corp", "acme", filter), "old", "secret"))
                .isEqualTo(Why.WRONG);
        String own = directory.describe("corp", "acme", "\"url\":\"" + directory.ldaps() + "\"" + filter);
        assertThat(refusal(own, "old", "secret")).isEqualTo(Why.WRONG);
        assertThat(logIn(own, "jon", "correct horse").mail()).isEqualTo("jon@example.com");
    }

    @Test
    void anAddressThatIsNone_orOneOfSeveral_logsNobodyIn() throws Exception {
        directory.person("none", "secret");
        directory.person("odd", "secret", "mail: acme/user/jon");
        directory.person("two", "secret", "mail: two@example.com", "mail: root@example.com");
        for (String account : new String[] {"none", "odd", "two"}) {
            assertThat(refusal(directory.description("corp", "acme", ""), account, "secret"))
                    .isEqualTo(Why.NO_ADDRESS);
            assertThat(refusal(directory.description("corp", "acme", ""), account, "wrong"))
                    .as("only to himself")
                    .isEqualTo(Why.WRONG);
        }
    }

    @Test
    void groups_areThoseDirectlyBelowTheirBase() throws Exception {
        directory.add("cn=admins,ou=people", "jon");
        directory.add("cn=admins,cn=dev,ou=groups", "jon");
        directory.add("cn=with space,ou=groups", "jon");
        directory.add("cn=with/slash,ou=groups", "jon");
        directory.add("ou=named,ou=groups", "jon");
        directory.add("cn=two+ou=names,ou=groups", "jon");
        assertThat(logIn(directory.description("corp", "acme", ""), "jon", "correct horse")
                        .groups())
                .containsExactly("dev");
    }

    @Test
    void memberOf_namesGroups_directlyBelowTheirBase() throws Exception {
        String base = TestDirectory.BASE;
        directory.person(
                "kim",
                "secret",
                "mail: kim@example.com",
                "memberOf: cn=qa,ou=groups," + base,
                "memberOf:",
                "memberOf: cn=admins,ou=people," + base,
                "memberOf: cn=admins,cn=dev,ou=groups," + base);
        String memberOf = ",\"memberOfAttribute\":\"memberOf\"";
        assertThat(logIn(directory.description("corp", "acme", memberOf), "kim", "secret")
                        .groups())
                .containsExactly("qa");
    }

    /// Some policy may deny something to a group that he is in.
    @Test
    void whereGroupsCannotBeLookedUp_nobodyIsLoggedInWithoutThem() throws Exception {
        String missing =
                "\"url\":\"" + directory.ldaps() + "\",\"groupBase\":\"ou=missing," + TestDirectory.BASE + "\"";
        assertThat(refusal(directory.describe("corp", "acme", missing), "jon", "correct horse"))
                .isEqualTo(Why.UNREACHABLE);
    }

    @Test
    void tooManyGroups_areNotSomeOfThem() throws Exception {
        for (int i = 0; i < User.GROUPS_MAX; i++) {
            directory.group("group-" + i, "jon");
        }
        assertThat(refusal(directory.description("corp", "acme", ""), "jon", "correct horse"))
                .isEqualTo(Why.NOT_PROVEN);
    }

    @Test
    void aDirectory_showsACertificateOfItsAuthority_forItsName() throws Exception {
        try (var other = new TestDirectory(data, "directory.test");
                var stranger = new TestDirectory(data, "127.0.0.1")) {
            for (String at : new String[] {
                "\"url\":\"" + other.ldaps() + "\"", "\"startTls\":true,\"url\":\"" + other.startTls() + "\""
            }) {
                assertThat(refusal(other.describe("corp", "acme", at), "jon", "correct horse"))
                        .as("another name, %s", at)
                        .isEqualTo(Why.UNREACHABLE);
            }
            for (String at : new String[] {
                "\"url\":\"" + stranger.ldaps() + "\"", "\"startTls\":true,\"url\":\"" + stranger.startTls() + "\""
            }) {
                assertThat(refusal(directory.describe("corp", "acme", at), "jon", "correct horse"))
                        .as("another authority, %s", at)
                        .isEqualTo(Why.UNREACHABLE);
            }
            assertThat(other.binds).isEmpty();
            assertThat(stranger.binds).isEmpty();
        }
    }

    @Test
    void withoutAFileOfAuthorities_thisMachinesAreAsked() throws Exception {
        String description = directory.description("corp", "acme", "").replaceFirst("\"caFile\":\"[^\"]*\",", "");
        try (var logins = logins(PATIENCE, description)) {
            assertThatThrownBy(() -> logins.user("corp", Credentials.of("jon", "correct horse"), "1.2.3.4"))
                    .hasStackTraceContaining("unable to find valid certification path");
        }
        assertThat(directory.binds).isEmpty();
    }

    @Test
    void whereADirectoryRefersTo_nobodyIsAsked() throws Exception {
        try (var other = new TestDirectory(data, "127.0.0.1")) {
            other.person("ann", "secret", "mail: ann@example.com");
            directory.entry(
                    "dn: uid=ann,ou=people," + TestDirectory.BASE,
                    "objectClass: referral",
                    "objectClass: extensibleObject",
                    "uid: ann",
                    "ref: " + other.ldaps() + "/uid=ann,ou=people," + TestDirectory.BASE);
            assertThat(refusal(directory.description("corp", "acme", ""), "ann", "secret"))
                    .isEqualTo(Why.WRONG);
            String own = directory.describe("corp", "acme", "\"url\":\"" + directory.ldaps() + "\"");
            assertThat(refusal(own, "ann", "secret")).isEqualTo(Why.WRONG);
            assertThat(other.binds).isEmpty();
            assertThat(other.searches).isEmpty();
        }
    }

    @Test
    void aDirectoryThatDoesNotAnswer_isWaitedForInBounds() throws Exception {
        var answer = new CountDownLatch(1);
        directory.beforeSearch = () -> {
            try {
                answer.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        };
        try (var logins = logins(Duration.ofSeconds(1), directory.description("corp", "acme", ""))) {
            assertThat(refusal(logins, "jon", "correct horse", "1.2.3.4")).isEqualTo(Why.UNREACHABLE);
        } finally {
            answer.countDown();
        }
        String down = directory.description("corp", "acme", "");
        directory.close();
        assertThat(refusal(down, "jon", "correct horse")).isEqualTo(Why.UNREACHABLE);
    }

    /// As long as a login waits for the directory, it keeps one of the places.
    @Test
    void aDirectoryThatDoesNotAnswer_keepsNoPlace() throws Exception {
        var unanswered = new Semaphore(LdapClient.LOGINS_MAX);
        var answer = new CountDownLatch(1);
        directory.beforeSearch = () -> {
            try {
                if (unanswered.tryAcquire()) {
                    answer.await();
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        };
        try (var logins = logins(Duration.ofSeconds(1), directory.description("corp", "acme", ""))) {
            assertPlacesComeBack(logins);
        } finally {
            answer.countDown();
        }
    }

    @Test
    @SuppressWarnings("try") // the relay ends when what it listens on does
    void aDirectoryThatOnlyListens_keepsNoPlace() throws Exception {
        var unanswered = new Semaphore(LdapClient.LOGINS_MAX);
        int port = URI.create(directory.ldaps()).getPort();
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            threads.execute(() -> relay(silent, port, unanswered, threads));
            String url = "ldaps://127.0.0.1:" + silent.getLocalPort();
            String description = directory.description("corp", "acme", "").replace(directory.ldaps(), url);
            try (var logins = logins(Duration.ofSeconds(1), description)) {
                assertPlacesComeBack(logins);
            } finally {
                silent.close();
                threads.shutdownNow();
            }
        }
    }

    /// The library itself gives up after ten seconds.
    private static void assertPlacesComeBack(Logins logins) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = IntStream.range(0, LdapClient.LOGINS_MAX)
                    .<Callable<Why>>mapToObj(i -> () -> refusal(logins, "jon", "correct horse", "1.2.3." + i))
                    .toList();
            for (Future<Why> refusal : threads.invokeAll(calls)) {
                assertThat(refusal.get()).isEqualTo(Why.UNREACHABLE);
            }
        }
        await().atMost(Duration.ofSeconds(6))
                .ignoreExceptionsInstanceOf(LoginRefused.class)
                .until(() -> logins.user("corp", Credentials.of("jon", "correct horse"), "1.2.4.1")
                        .mail()
                        .equals("jon@example.com"));
    }

    /// Says nothing on the first connections, and hands on what comes on later ones.
    private static void relay(ServerSocket from, int port, Semaphore unanswered, Executor threads) {
        var open = new ArrayList<Socket>(); // what nobody holds would be closed
        try {
            while (true) {
                Socket client = from.accept();
                open.add(client);
                if (!unanswered.tryAcquire()) {
                    Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
                    threads.execute(() -> copy(client, server));
                    threads.execute(() -> copy(server, client));
                }
            }
        } catch (IOException closed) {
            assertThat(from.isClosed()).isTrue();
            assertThat(open).isNotEmpty();
        }
    }

    private static void copy(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException closed) {
            assertThat(from.isClosed() || to.isClosed()).isTrue();
        }
    }

    @Test
    void guesses_areBounded_forAnAccountAndAnAddress() throws Exception {
        try (var logins = logins(PATIENCE, directory.description("corp", "acme", ""))) {
            for (int i = 0; i < Attempts.OF_ACCOUNT_AT_ADDRESS_MAX; i++) {
                assertThat(logins.user("corp", Credentials.of("jon", "correct horse"), "1.2.3.4")
                                .mail())
                        .isEqualTo("jon@example.com");
                assertThat(refusal(logins, i % 2 == 0 ? "jon" : "JON", "wrong", "1.2.3.4"))
                        .isEqualTo(Why.WRONG);
            }
            int asked = directory.binds.size();
            assertThat(refusal(logins, "jon", "correct horse", "1.2.3.4")).isEqualTo(Why.TOO_MANY);
            assertThat(directory.binds).as("nobody is asked").hasSize(asked);
            assertThat(logins.user("corp", Credentials.of("jon", "correct horse"), "1.2.3.5")
                            .mail())
                    .as("from elsewhere")
                    .isEqualTo("jon@example.com");
        }
    }

    /// Some do so instead of saying that it is wrong. What it hangs up on before that tells nothing.
    @Test
    void aDirectoryThatHangsUp_onAPassword_answersAGuess() throws Exception {
        String own = directory.describe("corp", "acme", "\"url\":\"" + directory.ldaps() + "\"");
        directory.beforeBind = dn -> {
            if (dn.startsWith("uid=jon,")) {
                directory.hangUp();
            }
        };
        for (String description : new String[] {directory.description("corp", "acme", ""), own}) {
            try (var logins = logins(PATIENCE, description)) {
                for (int i = 0; i < Attempts.OF_ACCOUNT_AT_ADDRESS_MAX; i++) {
                    assertThat(refusal(logins, "jon", "wrong", "1.2.3.4")).isEqualTo(Why.UNREACHABLE);
                }
                assertThat(refusal(logins, "jon", "wrong", "1.2.3.4")).isEqualTo(Why.TOO_MANY);
            }
        }
        directory.beforeBind = dn -> {
            if (dn.startsWith("cn=sluice,")) {
                directory.hangUp();
            }
        };
        try (var logins = logins(PATIENCE, directory.description("corp", "acme", ""))) {
            for (int i = 0; i < 2 * Attempts.OF_ACCOUNT_AT_ADDRESS_MAX; i++) {
                assertThat(refusal(logins, "jon", "wrong", "1.2.3.4")).isEqualTo(Why.UNREACHABLE);
            }
        }
    }

    @Test
    void aProviderWithoutPasswords_orUnknown_takesNone() throws Exception {
        try (var provider = new TestProvider();
                var logins = logins(PATIENCE, provider.description("test", "dispatch"))) {
            for (String name : new String[] {"test", "other"}) {
                assertThat(catchThrowableOfType(
                                        LoginRefused.class,
                                        () -> logins.user(name, Credentials.of("jon", "p"), "1.2.3.4"))
                                .why())
                        .isEqualTo(Why.UNKNOWN_PROVIDER);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"url\":\"ldap://127.0.0.1\"",
                "\"url\":\"ldap://127.0.0.1\",\"startTls\":false",
                "\"url\":\"ldaps://127.0.0.1\",\"startTls\":true",
                "\"url\":\"https://127.0.0.1\"",
                "\"url\":\"ldaps://127.0.0.1/dc=x\"",
                "\"url\":\"ldaps://u@127.0.0.1\"",
                "\"url\":\"ldaps://127.0.0.1\",\"bindDn\":\"cn=a\"",
                "\"url\":\"ldaps://127.0.0.1\",\"bindPassword\":\"p\"",
                "\"url\":\"ldaps://127.0.0.1\",\"bindDn\":\"nonsense\",\"bindPassword\":\"p\"",
                "\"url\":\"ldaps://127.0.0.1\",\"userFilter\":\"(a\"",
                "\"url\":\"ldaps://127.0.0.1\",\"userAttribute\":\"a=b\"",
                "\"url\":\"ldaps://127.0.0.1\",\"memberOfAttribute\":\"memberOf\"",
                "\"url\":\"ldaps://127.0.0.1\",\"issuer\":\"https://idp.test\"",
                "\"url\":\"ldaps://127.0.0.1\",\"bindpassword\":\"p\"",
                "\"url\":\"ldaps:x\"",
                "\"url\":\"ldaps:///dc=x\"",
                "\"url\":\"ldaps://127.0.0.1?x\"",
                "\"url\":\"ldaps://127.0.0.1#x\"",
                "\"url\":\"ldaps://127.0.0.1\",\"bindDn\":\" \",\"bindPassword\":\"p\"",
                "\"url\":\"ldaps://127.0.0.1\",\"mailAttribute\":\"a b\"",
                "\"url\":\"ldaps://127.0.0.1\",\"groupBase\":\"nonsense\"",
                "\"url\":\"ldaps://127.0.0.1\",\"groupBase\":\"dc=x\",\"memberOfAttribute\":\"a)(b\"",
                "\"startTls\":true"
            })
    void aDescriptionThatMakesNoSense_isRefused(String more) {
        assertThatThrownBy(() -> TestProvider.write(data, directory.describe("corp", "acme", more)))
                .isInstanceOf(IOException.class);
    }

    /// A file without authorities must not stand for all that this machine trusts.
    @Test
    void aFileOfAuthorities_holdsSome_andNotTooMuch() throws Exception {
        String good = directory.describe("corp", "acme", "\"url\":\"" + directory.ldaps() + "\"");
        assertThat(TestProvider.write(data, good).all()).hasSize(1);
        Path file = Path.of(good.replaceFirst(".*\"caFile\":\"", "").replaceFirst("\".*", ""));
        String authority = Files.readString(file);
        for (String bad : new String[] {"", authority + "\n".repeat(1 << 20)}) {
            Files.writeString(file, bad);
            assertThatThrownBy(() -> TestProvider.write(data, good)).hasMessageContaining("caFile");
        }
    }

    @Test
    void users_areBelowSomeEntry() {
        String base = directory.describe("corp", "acme", "\"url\":\"ldaps://127.0.0.1\"");
        for (String bad : new String[] {" ", "nonsense"}) {
            assertThatThrownBy(() -> TestProvider.write(data, base.replace("ou=people," + TestDirectory.BASE, bad)))
                    .hasMessageContaining("userBase");
        }
    }

    @Test
    void plainLdap_isRefusedInClearWords() {
        String plain = directory.describe("corp", "acme", "\"url\":\"ldap://ldap.corp.test\"");
        assertThatThrownBy(() -> TestProvider.write(data, plain))
                .hasMessageContaining("corp: passwords go over TLS only: url must be ldaps://");
        String noCa = "{\"kind\":\"ldap\",\"name\":\"corp\",\"url\":\"ldaps://a.test\",\"userBase\":\"dc=x\","
                + "\"caFile\":\"missing.pem\"}";
        assertThatThrownBy(() -> TestProvider.write(data, noCa)).hasMessageContaining("caFile");
    }

    private User logIn(String description, String account, String password)
            throws IOException, LoginRefused, LDAPException {
        try (var logins = logins(PATIENCE, description)) {
            return logins.user("corp", Credentials.of(account, password), "1.2.3.4");
        }
    }

    private Why refusal(String description, String account, String password) throws IOException {
        try (var logins = logins(PATIENCE, description)) {
            return refusal(logins, account, password, "1.2.3.4");
        }
    }

    private static Why refusal(Logins logins, String account, String password, String address) {
        return catchThrowableOfType(
                        LoginRefused.class, () -> logins.user("corp", Credentials.of(account, password), address))
                .why();
    }

    private Logins logins(Duration patience, String description) throws IOException {
        return new Logins(TestProvider.write(data, description), new SecureRandom(), Clock.systemUTC(), patience);
    }
}
