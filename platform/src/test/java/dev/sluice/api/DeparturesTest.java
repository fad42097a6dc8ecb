package dev.sluice.api;

import static dev.sluice.api.ApiServer.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Context;
import ch.qos.logback.core.FileAppender;
import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.blob.disk.DiskBlobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.label.Component;
import dev.sluice.org.Organization;
import dev.sluice.store.Store;
import dev.sluice.store.rocks.RocksStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// Of an organization that was deleted with all that it has, nothing is left: what it planted is looked for in the
/// bytes of all files that the server has (its store, blobs, sandbox, caches and log), and in the memory of guests.
@Timeout(180)
final class DeparturesTest {
    private static final Duration LOADED = Duration.ofSeconds(60);

    /// The audit log keeps it: names, and what policies said. All else does not.
    private static final String NAMED = "n" + random();

    private static final String SECRET = "s" + random();

    @TempDir
    static Path directory;

    /// What is older holds nothing that was planted.
    private static FileTime since;

    private static FileAppender<ILoggingEvent> log;
    private static Store store;
    private static ApiServer api;
    private static Asker root;

    @BeforeAll
    static void start() throws Exception {
        since = FileTime.from(Instant.now().truncatedTo(ChronoUnit.SECONDS));
        log = logInto(directory.resolve("server.log"));
        store = new RocksStore(directory.resolve("store"), directory.resolve("native"));
        api = new ApiServer(directory, store, new DiskBlobs(directory.resolve("blobs"), InstantSource.system()));
        root = api.admin();
    }

    @AfterAll
    static void stop() {
        api.close();
        store.close();
        everything().detachAppender(log);
        everything().setLevel(Level.WARN);
        log.stop();
    }

    @Test
    void ofADeletedOrganization_nothingIsLeft() throws Exception {
        Asker acme = api.developer("acme", "*");
        Asker blue = api.developer("blue", "*");
        everything().info("it is written down");
        plant(acme, blue);
        assertThat(inFiles("it is written down")).containsExactly(directory.resolve("server.log"));
        assertThat(inFiles(SECRET))
                .as("the search is one")
                .anyMatch(file -> file.startsWith(directory.resolve("store")))
                .anyMatch(file -> file.startsWith(directory.resolve("blobs")));
        assertThat(inBlobs(SECRET)).isPositive();
        assertThat(inGuests(SECRET)).isPositive();
        assertThat(inRecords(NAMED)).isNotEmpty();
        assertThat(api.delete(root, "/v1/iam/organization/acme").status()).isEqualTo(409);

        Answer deleted = api.delete(root, "/v1/iam/organization/acme?cascade=true");

        assertThat(deleted.status()).as(deleted.body()).isEqualTo(200);
        await().atMost(LOADED).untilAsserted(() -> assertThat(inGuests(SECRET)).isZero());
        api.collectLater();
        api.departLater();
        assertThat(inRecords(SECRET)).isEmpty();
        assertThat(inRecords(NAMED)).isEmpty();
        assertThat(inFiles(SECRET)).isEmpty();
        assertThat(Files.readString(directory.resolve("server.log"))).doesNotContain(NAMED);
        assertThat(inBlobs(SECRET)).isZero();
        assertThat(inGuests(SECRET)).isZero();
        assertThat(api.get(acme, "/v1/function").status()).isEqualTo(401);

        assertThat(api.get(blue, fs("~:kept")).body()).isEqualTo("blue's own");
        assertThat(api.get(blue, "/v1/function/theirs").status()).isEqualTo(200);
        assertThat(api.post(blue, "/faasten/invoke/" + encoded("~:borrowed"), "{}")
                        .status())
                .isEqualTo(404);
        assertThat(api.post(root, "/v1/iam/organization", "{\"name\":\"acme\"}").status())
                .isEqualTo(201);
        Organization again = api.home("acme");
        assertThat(again.token()).isEqualTo("acme~2");
        assertThat(api.get(acme, "/v1/function").status()).isEqualTo(401);
        Asker owner = api.addAccount(again, "dev", "*");
        for (String list : List.of("/v1/function", "/v1/runs", "/v1/baseimage", "/v1/image")) {
            assertThat(api.get(owner, list).body()).isEqualTo("[]");
        }
        assertThat(api.get(owner, fs(home("acme") + ":" + SECRET)).status()).isEqualTo(404);
        assertThat(api.get(owner, "/v1/audit").body()).doesNotContain(NAMED);
    }

    /// What the system puts into a home keeps no organization alive.
    @Test
    void anOrganization_thatHasOnlyWhatTheSystemMade_isDeleted() {
        Asker dev = api.developer("brief", "*");
        assertThat(api.get(dev, "/me").status()).isEqualTo(200);
        Asker self = new Asker(root.token(), "brief");
        assertThat(api.delete(self, "/v1/iam/policy/dev").status()).isEqualTo(200);
        assertThat(api.delete(self, "/v1/iam/serviceaccount/dev").status()).isEqualTo(200);
        Answer deleted = api.delete(root, "/v1/iam/organization/brief");
        assertThat(deleted.status()).as(deleted.body()).isEqualTo(200);
    }

    /// A crash right after the deletion leaves it to the next start.
    @Test
    void aDeletion_thatACrashBrokeOff_isFinished() throws Exception {
        Asker dev = api.developer("torn", "*");
        assertThat(api.put(dev, fs("~:torn"), "torn" + SECRET).status()).isEqualTo(201);
        Organization torn = api.home("torn");
        api.organizations.delete(torn, InstantSource.system(), Component.TRUE);
        assertThat(inRecords("torn" + SECRET)).isNotEmpty();
        api.departLater();
        assertThat(inRecords("torn" + SECRET)).isEmpty();
    }

    @Test
    void aRemovalThatFails_keepsNoOtherWaiting_andIsTriedAgain_laterAndLater() throws Exception {
        for (String name : List.of("free1", "stuck", "free2")) {
            Asker dev = api.developer(name, "*");
            assertThat(api.put(dev, fs("~:" + name), name + SECRET).status()).isEqualTo(201);
            Organization deleted = api.home(name);
            api.organizations.delete(deleted, InstantSource.system(), Component.TRUE);
        }
        var now = new AtomicReference<>(Instant.now());
        var isBroken = new AtomicBoolean(true);
        var tries = new AtomicInteger();
        Departures departures = api.departures(
                token -> {
                    if (token.equals("stuck") && isBroken.get()) {
                        tries.incrementAndGet();
                        throw new IllegalStateException("on purpose");
                    }
                },
                now::get);
        for (int i = 0; i < 3; i++) {
            departures.goOn();
        }
        assertThat(inRecords("free1" + SECRET)).isEmpty();
        assertThat(inRecords("free2" + SECRET)).isEmpty();
        assertThat(inRecords("stuck" + SECRET)).isNotEmpty();
        for (int minutes = 0; minutes < 10; minutes++) {
            now.set(now.get().plus(Departures.TRY_AGAIN));
            departures.goOn();
        }
        assertThat(tries).as("after 0, 1, 3 and 7 minutes").hasValue(4);
        isBroken.set(false);
        now.set(now.get().plus(Departures.TRY_AGAIN.multipliedBy(8)));
        departures.goOn();
        assertThat(inRecords("stuck" + SECRET)).isEmpty();
    }

    private static void plant(Asker acme, Asker blue) throws Exception {
        String source =
                "def handle(context, payload):\n    print('" + SECRET + "')\n    return {'" + SECRET + "': payload}\n";
        for (Asker each : List.of(acme, blue)) {
            api.post(each, "/v1/function", python("theirs", each.equals(acme) ? source : source.replace(SECRET, "x")));
            await().atMost(LOADED)
                    .until(() ->
                            api.get(each, "/v1/function/theirs").text("status").equals("READY"));
        }
        run(acme, "theirs", "{\"blocking\":true,\"input\":{\"" + SECRET + "\":1}}", 200);
        api.post(acme, "/v1/function", python("slow", "import time\ndef handle(c, p):\n    time.sleep(100)\n"));
        await().atMost(LOADED)
                .until(() -> api.get(acme, "/v1/function/slow").text("status").equals("READY"));
        run(acme, "slow", "{\"input\":{\"" + SECRET + "\":2}}", 202);

        String base = "{\"name\":\"" + SECRET + "\",\"dockerUrl\":\"" + SECRET + "\",\"language\":\"\"}";
        assertThat(api.post(acme, "/v1/baseimage", base).status()).isEqualTo(201);
        String image = "{\"name\":\"" + SECRET + "\",\"baseImageName\":\"" + SECRET + "\"}";
        assertThat(api.post(acme, "/v1/image", image).status()).isEqualTo(201);

        assertThat(api.put(acme, fs("~:" + SECRET), SECRET).status()).isEqualTo(201);
        assertThat(api.put(blue, fs("~:kept"), "blue's own").status()).isEqualTo(201);
        String own = "?label=" + encoded("acme/serviceaccount/dev,acme/serviceaccount/dev");
        made(blue, home("blue") + ":inbox", "&label=T,T");
        made(blue, home("blue") + ":box", "&faceted=true");
        put(acme, home("blue") + ":inbox:" + NAMED, own);
        put(acme, home("blue") + ":inbox:" + SECRET, "?label=T,T");
        put(acme, home("blue") + ":box:<acme/serviceaccount/dev,acme/serviceaccount/dev>:" + SECRET, "");
        made(acme, home("blue") + ":inbox:mine", "&label=T,acme/serviceaccount/dev");
        put(acme, home("blue") + ":inbox:mine:" + SECRET, "");

        String lent = "KEPT = '" + SECRET + "'\ndef handle(event, cloudcall):\n    return {'got': len(KEPT)}\n";
        String id = api.send(acme, "POST", "/blobs", Bytes.utf8(lent)).text("blob");
        String gate = "{\"path\":\"" + home("acme") + ":open\",\"blob\":\"" + id + "\",\"image\":\"python3\"}";
        assertThat(api.post(acme, "/gates", gate).status()).isEqualTo(201);
        String borrowed = "{\"path\":\"~:borrowed\",\"gate\":\"" + home("acme") + ":open\"}";
        Answer redirect = api.post(blue, "/gates", borrowed);
        assertThat(redirect.status()).as(redirect.body()).isEqualTo(201);
        Answer called = api.post(blue, "/faasten/invoke/" + encoded("~:borrowed"), "{}");
        assertThat(called.status()).as(called.body()).isEqualTo(200);

        String policy = "{\"name\":\"" + NAMED + "\",\"rules\":[{\"actions\":[\"get\"],\"resources\":[\"runs\"],"
                + "\"subjects\":[\"" + NAMED + "@example.com\"]}]}";
        assertThat(api.post(acme, "/v1/iam/policy", policy).status()).isEqualTo(201);
        Organization home = api.home("acme");
        Asker named = api.addAccount(home, NAMED, "*");
        put(named, "~:note", "");
    }

    private static void run(Asker who, String function, String body, int status) {
        Answer answer = api.post(who, "/v1/runs?functionName=" + function, body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    }

    private static void put(Asker who, String path, String query) {
        Answer answer = api.put(who, fs(path) + query, SECRET);
        assertThat(answer.status()).as(path + answer.body()).isEqualTo(201);
    }

    private static void made(Asker who, String path, String query) {
        Answer answer = api.post(who, fs(path) + "?op=mkdir" + query, "");
        assertThat(answer.status()).as(path + answer.body()).isEqualTo(201);
    }

    private static String home(String organization) {
        return ":home:<T," + organization + "/serviceaccount/dev>";
    }

    private static String fs(String path) {
        return "/faasten/fs/" + encoded(path);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String random() {
        byte[] bytes = new byte[12];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /// Keys of what the store has, but for the audit log.
    private static List<String> inRecords(String marker) {
        var found = new ArrayList<String>();
        List<Store.Entry> page = store.scan(Bytes.EMPTY, Bytes.EMPTY, Store.SCAN_ENTRIES_MAX);
        while (!page.isEmpty()) {
            for (Store.Entry entry : page) {
                byte what = entry.key().at(4);
                boolean isThere = contains(entry.key().toArray(), marker)
                        || contains(entry.value().toArray(), marker);
                if (what != 'a' && what != 'x' && isThere) {
                    found.add((char) what + " " + latin(entry.key().toArray()).replaceAll("[^ -~]", "."));
                }
            }
            page = store.scan(Bytes.EMPTY, page.getLast().key(), Store.SCAN_ENTRIES_MAX);
        }
        return found;
    }

    private static List<Path> inFiles(String marker) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .filter(file -> {
                        try {
                            return isNew(file) && contains(Files.readAllBytes(file), marker);
                        } catch (IOException gone) {
                            return false;
                        }
                    })
                    .toList();
        }
    }

    /// By a time that nobody can set.
    private static boolean isNew(Path file) throws IOException {
        return ((FileTime) Files.getAttribute(file, "unix:ctime", LinkOption.NOFOLLOW_LINKS)).compareTo(since) >= 0;
    }

    private static Logger everything() {
        return (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    }

    /// What the server logs, as much as it does by itself.
    private static FileAppender<ILoggingEvent> logInto(Path file) {
        Context context = everything().getLoggerContext();
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%logger %msg%n%ex");
        encoder.start();
        var appender = new FileAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setFile(file.toString());
        appender.setEncoder(encoder);
        appender.start();
        everything().addAppender(appender);
        everything().setLevel(Level.INFO);
        return appender;
    }

    private static long inBlobs(String marker) throws IOException {
        long found = 0;
        for (Digest name : api.blobs.list(Optional.empty(), 1000)) {
            try (var blob = api.blobs.open(name).orElseThrow();
                    InputStream in = blob.stream(0)) {
                found += contains(in.readAllBytes(), marker) ? 1 : 0;
            }
        }
        return found;
    }

    private static long inGuests(String marker) {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> isInMemory(process.pid(), marker))
                .count();
    }

    private static boolean isInMemory(long pid, String marker) {
        Path proc = Path.of("/proc", Long.toString(pid));
        try (var memory = new RandomAccessFile(proc.resolve("mem").toFile(), "r")) {
            for (String line : Files.readAllLines(proc.resolve("maps"))) {
                String[] words = line.split("[- ]", 4);
                if (words[2].startsWith("rw")) {
                    long from = Long.parseUnsignedLong(words[0], 16);
                    byte[] bytes = new byte[Math.toIntExact(Long.parseUnsignedLong(words[1], 16) - from)];
                    memory.seek(from);
                    int length = memory.read(bytes);
                    if (length > 0 && contains(bytes, marker)) {
                        return true;
                    }
                }
            }
            return false;
        } catch (IOException | ArithmeticException gone) {
            return false;
        }
    }

    private static boolean contains(byte[] bytes, String marker) {
        return latin(bytes).contains(marker);
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
