package dev.sluice.fuzz;

import dev.sluice.authn.Caller;
import dev.sluice.blob.MemoryBlobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.cloudcall.CloudCalls;
import dev.sluice.cloudcall.GuestGone;
import dev.sluice.cloudcall.GuestLink;
import dev.sluice.cloudcall.GuestProtocolViolation;
import dev.sluice.cloudcall.Outcome;
import dev.sluice.cloudcall.RunRequest;
import dev.sluice.cloudcall.SharedLink;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.function.Packages;
import dev.sluice.fuzz.Scenario.Presence;
import dev.sluice.fuzz.Scenario.Seed;
import dev.sluice.gate.Invoker;
import dev.sluice.http.Handler;
import dev.sluice.http.LocalServer;
import dev.sluice.image.Runtime;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// A whole server that hostile bytes meet, a new one each time: what guests and clients say is not only parsed, but
/// carried out.
final class HostileHost {
    /// As long as the unread answers to it fit into a channel.
    private static final int HEARD_BYTES_MAX = 8 << 10;

    private static final int SERVER_ERROR = 500;
    private static final Bytes NULL = Bytes.utf8("null");
    private static final Bytes EMPTY = Bytes.utf8("{}");
    private static final Component ALICE = Component.parse(Vocabulary.ALICE);
    private static final Realm REALM = realm();

    /// Method, target and type of the body. Nothing is run: guests would take more time than they are worth here.
    private static final List<List<String>> ROUTES = List.of(
            List.of("GET", "/", ""),
            List.of("POST", "/faasten/invoke/nothing", "application/json"),
            List.of("POST", "/faasten/invoke/nothing", "multipart/form-data; boundary=b"),
            List.of("POST", "/invoke", "application/json"),
            List.of("POST", "/gates", "application/json"),
            List.of("PUT", "/gates", "application/json"),
            List.of("POST", "/v1/function", "application/json"),
            List.of("PUT", "/v1/function/", "application/json"),
            List.of("POST", "/v1/runs", "application/json"),
            List.of("POST", "/faasten/delegate", "application/json"),
            List.of("GET", "/faasten/fs/", ""),
            List.of("PUT", "/faasten/fs/", "application/octet-stream"),
            List.of("POST", "/faasten/fs/", ""),
            List.of("DELETE", "/faasten/fs/", ""),
            List.of("POST", "/dirs/", "application/json"),
            List.of("PUT", "/dirs/", "application/json"),
            List.of("POST", "/blobs", "application/octet-stream"),
            List.of("GET", "/v1/runs", ""),
            List.of("GET", "/v1/explain/", ""),
            List.of("GET", "/v1/audit", ""),
            List.of("GET", "/v1/function/", ""),
            List.of("DELETE", "/v1/function/", ""));

    private static final List<Seed> SEEDS = List.of(
            thing(Kind.FILE, "home:<T,T>:n0", Vocabulary.PUBLIC),
            thing(Kind.FILE, "home:<T," + Vocabulary.ALICE + ">:n1", "T," + Vocabulary.ALICE),
            thing(Kind.DIRECTORY, "home:<T," + Vocabulary.ALICE + ">:n2", Vocabulary.PUBLIC),
            thing(Kind.BLOB, "home:<T,T>:n3", Vocabulary.PUBLIC),
            new Seed.GateSeed(
                    "home:<T,T>:g", Vocabulary.PUBLIC, Interpreter.Trust.ANYTHING, "T", "T", "T", "F", Presence.BOTH));

    /// Calls nobody.
    private static final Invoker NOBODY = new Invoker() {
        @Override
        public Answer call(FsPath gate, Call call) {
            throw Refused.notFound();
        }

        @Override
        public void submit(FsPath gate, Call call) {
            throw Refused.notFound();
        }
    };

    /// Runs whose ends nobody waits for.
    private static final SharedLink.Runs NOBODYS = new SharedLink.Runs() {
        @Override
        public void printed(int run, boolean isError, Bytes text) {}

        @Override
        public void ended(int run, Outcome outcome) {}
    };

    private static final AtomicReference<Handler> CURRENT = new AtomicReference<>(_ -> {
        throw new IllegalStateException("there is no world");
    });
    private static final Sink SINK = Sink.open();
    private static final LocalServer SERVER =
            LocalServer.start(request -> CURRENT.get().handle(request));

    private HostileHost() {}

    /// Has the platform's end of a channel hear this, during a run of Alice's.
    static void hear(byte[] said) {
        in(world -> new Task(Label.PUBLIC, Label.TOP, Privilege.mintTcb(ALICE), "acme").run(() -> {
            try (CloudCalls calls = world.calls(NOBODY, ALICE)) {
                listen(said, calls);
            }
            return world;
        }));
    }

    /// Once as the guest of one run, once as that of two.
    private static void listen(byte[] said, CloudCalls calls) {
        listen(said, link -> {
            var _ = link.run(new RunRequest(NULL, EMPTY), calls);
        });
        listen(said, link -> {
            SharedLink shared = link.shared();
            shared.begin(shared.next(), new RunRequest(NULL, EMPTY));
            shared.begin(shared.next(), new RunRequest(NULL, EMPTY));
            shared.listen(NOBODYS);
        });
    }

    private interface Listener {
        void listen(GuestLink link) throws GuestGone, GuestProtocolViolation, InterruptedException;
    }

    private static void listen(byte[] said, Listener listener) {
        MemoryChannel.Pair channel = MemoryChannel.Pair.open();
        try {
            ByteBuffer bytes = ByteBuffer.wrap(said, 0, Math.min(said.length, HEARD_BYTES_MAX));
            while (bytes.hasRemaining()) {
                int _ = channel.far().write(bytes);
            }
            channel.far().shutdownOutput();
            listener.listen(new GuestLink(channel.near()));
        } catch (GuestGone | GuestProtocolViolation expected) {
            // The two ways for a guest to end.
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            close(channel);
        }
    }

    /// Sends a request of a developer's.
    static void ask(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int line = 1;
        while (line < input.length && input[line] != '\n') {
            line++;
        }
        String more = new String(input, 1, line - 1, StandardCharsets.ISO_8859_1);
        byte[] body = line < input.length ? Arrays.copyOfRange(input, line + 1, input.length) : new byte[0];
        List<String> route = ROUTES.get((input[0] & 0xff) % ROUTES.size());
        String head = route.getFirst() + " " + route.get(1) + more + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                + "Authorization: Bearer " + REALM.token("dev") + "\r\nContent-Length: " + body.length + "\r\n"
                + (route.getLast().isEmpty() ? "" : "Content-Type: " + route.getLast() + "\r\n") + "\r\n";
        byte[] start = head.getBytes(StandardCharsets.ISO_8859_1);
        in(world -> {
            CURRENT.set(world.handler());
            try {
                String answer = StandardCharsets.UTF_8
                        .decode(SERVER.answer(ByteBuffer.allocate(start.length + body.length)
                                .put(start)
                                .put(body)
                                .flip()))
                        .toString();
                int status = Integer.parseInt(answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 000".length()));
                if (status >= SERVER_ERROR && status != 503 && status != 505) {
                    throw new IllegalStateException("the server's fault: " + answer);
                }
            } catch (IOException none) {
                throw new UncheckedIOException("no answer", none);
            }
        });
    }

    /// Shows this as an `Authorization`: nobody gets in by chance.
    static void admit(String credential) {
        in(world -> {
            Caller caller = world.authenticator().authenticate(Optional.of(credential), Optional.empty());
            if (!(caller instanceof Caller.Rejected)) {
                throw new IllegalStateException("somebody was let in");
            }
        });
    }

    /// Makes a function of a blob.
    static void build(byte[] input) {
        int line = 1;
        while (line < input.length && input[line] != '\n') {
            line++;
        }
        if (line >= input.length) {
            return;
        }
        Runtime runtime = input[0] % 2 == 0 ? Runtime.PYTHON3 : Runtime.NODEJS;
        String handler = new String(input, 1, line - 1, StandardCharsets.UTF_8);
        byte[] content = Arrays.copyOfRange(input, line + 1, input.length);
        var blobs = new MemoryBlobs();
        try {
            Digest digest = blobs.put(new ByteArrayInputStream(content), content.length);
            var kept = new Packages(blobs).of(digest, content.length, runtime, handler);
            if (kept.handler().isEmpty() || blobs.open(kept.digest()).isEmpty()) {
                throw new IllegalStateException("a package that is none");
            }
        } catch (Refused expected) {
            // The one way to say no.
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static void in(Consumer<World> body) {
        try (var driver = new ScriptedDriver();
                World world = new World(REALM, 0, driver, SINK)) {
            SEEDS.forEach(world::plant);
            body.accept(world);
        }
    }

    private static Seed thing(Kind kind, String path, String label) {
        return new Seed.Thing(kind, path, label, "content", "content", 0, Presence.BOTH);
    }

    private static Realm realm() {
        try {
            return Realm.found();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static void close(MemoryChannel.Pair channel) {
        try {
            channel.near().close();
            channel.far().close();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
