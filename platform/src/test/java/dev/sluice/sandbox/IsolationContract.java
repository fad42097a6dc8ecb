package dev.sluice.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Attacks, one each: what no guest of any driver may reach; and what it must have all the same, the whole standard
/// library of its language.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class IsolationContract {
    private static final Set<String> REFUSALS = Set.of("EPERM", "ENOSYS");

    private SandboxDriver driver;
    private Guests guests;
    private Path directory;

    /// A driver that keeps its things in `directory`.
    protected abstract SandboxDriver open(Path directory, Map<String, Path> guestFiles) throws InterruptedException;

    /// Processes, mounts, control groups and files that guests have left.
    protected abstract List<String> leftovers() throws Exception;

    protected SandboxDriver driver() {
        return driver;
    }

    @BeforeAll
    void openDriver(@TempDir Path parent) throws Exception {
        directory = parent.resolve("sandbox");
        driver = open(directory, Map.of("python3", Guests.files(), "nodejs", Guests.files()));
        guests = new Guests(driver);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        assertThat(leftovers()).isEmpty();
    }

    @AfterAll
    void closeDriver() {
        driver.close();
    }

    // ----------------------------------------------------------------------------------------------------- reach

    @Test
    void theNetwork_isNotThere() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(server.getLocalPort());
            JsonNode seen = guests.ask("attacks.py", "network", port);
            assertThat(texts(seen.get("interfaces"))).containsExactly("lo");
            assertThat(texts(seen.get("unix"))).isEmpty();
            assertThat(seen.get("host").asString()).isEqualTo("ECONNREFUSED");
            assertThat(seen.get("host6").asString()).isEqualTo("ECONNREFUSED");
            assertThat(seen.get("world").asString()).isEqualTo("ENETUNREACH");
            assertThat(seen.get("world_udp").asString()).isEqualTo("ENETUNREACH");
            for (String kind : List.of("packet", "netlink", "vsock", "raw")) {
                assertThat(seen.get(kind).asString()).as(kind).isIn(REFUSALS);
            }
            assertThat(guests.ask(node("network", port)).asString()).isEqualTo("ECONNREFUSED");
        }
    }

    @Test
    void theHostsFiles_areNotThere() throws Exception {
        String[] places = {
            "/etc/shadow",
            "/etc/hostname",
            "/root",
            "/home",
            "/var",
            "/sys",
            "/mnt",
            "/opt",
            "/srv",
            "/run",
            "/boot",
            "/bin/sh",
            "/usr/bin/bwrap",
            "/usr/lib/jvm",
            "/dev/kvm",
            "/dev/ptmx",
            "/dev/pts",
            "/proc/1/root/etc/shadow",
            directory.toString(),
            System.getProperty("user.home"),
            Path.of("").toAbsolutePath().toString()
        };
        var arguments = new ArrayList<>(List.of("visible"));
        arguments.addAll(List.of(places));
        assertThat(texts(guests.ask("attacks.py", arguments.toArray(String[]::new))))
                .isEmpty();
    }

    @Test
    void theRoot_isMadeOfTheRuntimesFilesOnly() throws Exception {
        JsonNode root = guests.ask("attacks.py", "root");
        assertThat(texts(root.get("/")))
                .containsExactly("bin", "dev", "etc", "lib", "lib64", "proc", "runtime", "tmp", "usr");
        assertThat(texts(root.get("/etc")))
                .isSubsetOf("group", "hosts", "nsswitch.conf", "passwd", "protocols", "services");
        assertThat(texts(root.get("/usr"))).containsExactly("bin", "lib", "lib64", "share");
        assertThat(texts(root.get("/usr/bin"))).allMatch(name -> name.startsWith("python3"));
        assertThat(texts(root.get("/dev")))
                .containsExactly("fd", "full", "null", "random", "shm", "stderr", "stdin", "stdout", "urandom", "zero");
    }

    @Test
    void theFirstProcess_leadsNowhere() throws Exception {
        JsonNode seen = guests.ask("attacks.py", "other_ways_to_the_root");
        assertThat(texts(seen.get("ways").get(0)))
                .as("closed, or to the guest's own root")
                .isIn(List.of(), texts(seen.get("root")));
        assertThat(texts(seen.get("ways").get(1))).as("what is in /tmp").isEmpty();
        assertThat(texts(seen.get("descriptors")))
                .allMatch(name -> name.equals("EACCES")
                        || name.equals("/dev/null")
                        || name.startsWith("socket:")
                        || name.startsWith("anon_inode:"));
    }

    @Test
    void onlyTmp_canBeWrittenTo() throws Exception {
        assertThat(texts(guests.ask("attacks.py", "writable")))
                .containsExactly("/dev/full", "/dev/null", "/dev/random", "/dev/urandom", "/dev/zero");
    }

    @Test
    void theEnvironment_holdsTheFixedNamesOnly() throws Exception {
        var fixed = Map.of("PATH", "/usr/bin", "HOME", "/tmp", "LANG", "C.UTF-8", "PWD", "/tmp");
        JsonNode seen = guests.ask("attacks.py", "environment");
        assertThat(map(seen.get("now"))).isEqualTo(fixed);
        assertThat(seen.get("start").asString())
                .hasSize(fixed.entrySet().stream()
                        .mapToInt(entry ->
                                entry.getKey().length() + entry.getValue().length() + 2)
                        .sum());
        assertThat(map(guests.ask(node("environment")))).isEqualTo(fixed);
    }

    @Test
    void descriptors_areTheStandardOnesAndTheChannel() throws Exception {
        assertThat(map(guests.ask("attacks.py", "descriptors")))
                .isEqualTo(Map.of("0", "/dev/null", "1", "socket", "2", "socket", "3", "socket"));
    }

    @Test
    void theHostsProcesses_canBeNeitherSeenNorSignaled() throws Exception {
        long self = ProcessHandle.current().pid();
        try (Sandbox other = driver.start(Guests.spec("attacks.py", "echo"))) {
            JsonNode seen = guests.ask("attacks.py", "processes", Long.toString(self));
            assertThat(texts(seen.get("seen")))
                    .containsExactlyInAnyOrder("1", seen.get("self").asString());
            assertThat(seen.get("kill").asString()).isEqualTo("ESRCH");
            assertThat(seen.get("hostname").asString()).isEqualTo("guest");
            assertThat(other.death()).isEmpty();
        }
    }

    @Test
    void guestsShareNoFile_onWhichOneCouldLockOrWatchForTheOther() throws Exception {
        try (Sandbox one = driver.start(Guests.spec("attacks.py", "lock_everything"));
                Sandbox watcher = driver.start(Guests.spec("attacks.py", "watch_everything"))) {
            assertThat(texts(Guests.hear(one))).isEmpty();
            assertThat(Guests.hear(watcher).asBoolean()).isTrue();
            assertThat(texts(guests.ask("attacks.py", "lock_everything"))).isEmpty();
            Guests.tell(watcher, "go");
            assertThat(Guests.hear(watcher).asInt()).isZero();
        }
    }

    // -------------------------------------------------------------------------------------------------- identity

    @Test
    void aGuest_hasNoPrivilegeAndNoWayToOne() throws Exception {
        JsonNode seen = guests.ask("attacks.py", "identity");
        Map<String, String> status = map(seen.get("status"));
        for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
            assertThat(status.get(set)).as(set).isEqualTo("0000000000000000");
        }
        assertThat(status).containsEntry("NoNewPrivs", "1").containsEntry("Seccomp", "2");
        assertThat(status.get("Uid")).isEqualTo("1000\t1000\t1000\t1000");
        assertThat(status.get("Groups")).isBlank();
        for (JsonNode map : seen.get("maps")) {
            assertThat(texts(map)).hasSize(3).endsWith("1").startsWith("1000").doesNotContain("0");
        }
    }

    @Test
    void limitsOfTheProcess_areSet() throws Exception {
        JsonNode limits = guests.ask("attacks.py", "limits");
        assertThat(texts(limits.get("CORE"))).containsExactly("0", "0");
        assertThat(texts(limits.get("FSIZE"))).containsExactly("67108864", "67108864");
        assertThat(texts(limits.get("NOFILE"))).containsExactly("1024", "1024");
        assertThat(texts(limits.get("CPU"))).containsExactly("3600", "3601");
        assertThat(texts(limits.get("MSGQUEUE"))).containsExactly("0", "0");
        assertThat(texts(limits.get("MEMLOCK"))).containsExactly("65536", "65536");
    }

    @Test
    void forbiddenCalls_areRefusedAndDoNotKill() throws Exception {
        var allowed = new TreeMap<String, String>();
        map(guests.ask("attacks.py", "forbidden_calls")).forEach((call, answer) -> {
            if (!REFUSALS.contains(answer)) {
                allowed.put(call, answer);
            }
        });
        assertThat(allowed).isEmpty();
    }

    @Test
    void callsOfOtherArchitectures_areRefusedAndDoNotKill() throws Exception {
        assertThat(map(guests.ask("attacks.py", "calls_of_other_architectures")).values())
                .allMatch(REFUSALS::contains);
    }

    // ------------------------------------------------------------------------------------------- what must be there

    @Test
    void python_hasTheDistributionsPackages_thatAreOffered_andNoOthers() throws Exception {
        assertThat(guests.ask("library.py", "packages"))
                .hasToString("[18.0,[[4,2],[4,2],[4,2],[4,2],[4,2]],4,\"<b>1</b>\",{\"a\":1},true]");
        assertThat(texts(guests.ask("library.py", "packages_there")))
                .contains("PIL", "numpy")
                .noneMatch(name -> name.startsWith("apt") || name.startsWith("seccomp") || name.startsWith("pip"));
    }

    @Test
    void python_hasItsWholeLibrary() throws Exception {
        assertThat(texts(guests.ask("library.py", "imports"))).isEqualTo(missingOnTheHost());
        assertThat(guests.ask("library.py", "foreign_functions")).hasToString("[[1,2,3,4],true,true]");
        assertThat(guests.ask("library.py", "processes").asString()).isEqualTo("cba");
        assertThat(guests.ask("library.py", "pools")).hasToString("[285,285,1]");
        assertThat(guests.ask("library.py", "files")).hasToString("[42,true]");
        assertThat(guests.ask("library.py", "secrets")).hasToString("[\"741efa31\",\"94ec9586\",16]");
        assertThat(guests.ask("library.py", "loops").asString()).isEqualTo("HELLO");
        assertThat(texts(guests.ask("library.py", "names_and_times")))
                .containsExactly("guest", "guest", "127.0.0.1", "443", "C.UTF-8", "2:00:00");
    }

    @Test
    void node_hasItsWholeLibrary() throws Exception {
        assertThat(guests.ask(node("threads")).asInt()).isEqualTo(42);
        assertThat(guests.ask(node("files"))).hasToString("[\"content\",[\"a\",\"c\"],\"EROFS\"]");
        assertThat(guests.ask(node("secrets"))).hasToString("[8,\"2d711642\",16]");
        assertThat(guests.ask(node("wasm")).asInt()).isEqualTo(42);
        assertThat(guests.ask(node("compression")).asString()).isEqualTo("text");
        assertThat(guests.ask(node("children")).asString()).isEqualTo("42");
        assertThat(guests.ask(node("servers")).asString()).isEqualTo("served");
        assertThat(texts(guests.ask(node("modules")))).isEmpty();
    }

    /// What Debian does not install with its Python, such as tkinter, is not missed.
    private static List<String> missingOnTheHost() throws Exception {
        String script = "import sys, json; sys.argv = ['', 'none']; sys.path.insert(0, '" + Guests.files()
                + "'); import library; print(json.dumps(library.imports()))";
        Process host = new ProcessBuilder("/usr/bin/python3", "-I", "-W", "ignore", "-c", script).start();
        return texts(JsonMapper.shared().readTree(host.getInputStream().readAllBytes()));
    }

    private static GuestSpec node(String... arguments) {
        return Guests.spec(256, 64, 16, 200, "library.js", arguments);
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asString).toList();
    }

    private static Map<String, String> map(JsonNode object) {
        return object.propertyStream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().asString()));
    }
}
