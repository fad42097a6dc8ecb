package dev.sluice.fuzz;

import dev.sluice.bytes.Bytes;
import dev.sluice.cloudcall.Value;
import dev.sluice.sandbox.Death;
import dev.sluice.sandbox.GuestSpec;
import dev.sluice.sandbox.Isolation;
import dev.sluice.sandbox.LogSink;
import dev.sluice.sandbox.Sandbox;
import dev.sluice.sandbox.SandboxDriver;
import dev.sluice.sandbox.Usage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Guests that are threads of this process and speak the real protocol, for tests of what is above the sandbox: they
/// are isolated from nothing.
final class ScriptedDriver implements SandboxDriver {
    private final Set<Guest> guests = ConcurrentHashMap.newKeySet();

    @Override
    public Sandbox start(GuestSpec spec) {
        var guest = new Guest(MemoryChannel.Pair.open());
        guests.add(guest);
        guest.thread = Thread.ofVirtual().name("guest").start(guest::live);
        return guest;
    }

    @Override
    public Isolation isolation() {
        return Isolation.NAMESPACES;
    }

    @Override
    public boolean offers(String runtime) {
        return true;
    }

    @Override
    public void close() {
        guests.forEach(Guest::close);
    }

    private final class Guest implements Sandbox {
        private final MemoryChannel.Pair channel;
        private final GuestWire wire;
        private final StringBuilder memory = new StringBuilder();
        private final StringBuilder printed = new StringBuilder(); // guarded by itself
        private volatile Optional<Death> death = Optional.empty();
        private Thread thread = Thread.currentThread();
        private int lastCall;

        Guest(MemoryChannel.Pair channel) {
            this.channel = channel;
            this.wire = new GuestWire(channel.far());
        }

        private void live() {
            try {
                wire.send(
                        GuestWire.HELLO,
                        0,
                        Value.of(Map.of(
                                "protocol", Value.of(1), "runtime", Value.of("python3"), "version", Value.of("0"))));
                Interpreter.Trust trust = load();
                boolean isAlive = true;
                while (isAlive) {
                    isAlive = run(wire.receive(), trust);
                }
                death = Optional.of(new Death.Exited(0));
                channel.far().close();
            } catch (IOException hungUp) {
                death = Optional.of(new Death.Killed(9));
            }
        }

        private Interpreter.Trust load() throws IOException {
            GuestWire.Message message = wire.receive();
            var source = new StringBuilder();
            while (message.kind() == GuestWire.FILE) {
                if (field(message.value(), "content") instanceof Value.Octets(Bytes content)) {
                    source.append(content.utf8());
                }
                message = wire.receive();
            }
            wire.send(GuestWire.LOADED, message.id(), Value.of(Map.of("convention", Value.of("faasten"))));
            return Interpreter.Trust.of(source.toString());
        }

        /// @return whether the guest goes on
        private boolean run(GuestWire.Message message, Interpreter.Trust trust) throws IOException {
            if (!(message.value() instanceof Value.Items(List<Value> parts))
                    || !(parts.getFirst() instanceof Value.Octets(Bytes payload))) {
                throw new IOException("not a run");
            }
            var program = Interpreter.JSON.readTree(payload.utf8());
            var out = new StringBuilder();
            var interpreter = new Interpreter(trust, memory, out, this::ask, program);
            Interpreter.Ending ending = interpreter.run(program);
            synchronized (printed) {
                printed.append(out);
            }
            switch (ending) {
                case Interpreter.Ending.Returned(String json) ->
                    wire.send(GuestWire.RESULT, message.id(), Value.of(Bytes.utf8(json)));
                case Interpreter.Ending.Failed(String text) ->
                    wire.send(
                            GuestWire.ERROR,
                            message.id(),
                            Value.of(Map.of(
                                    "type", Value.of("FunctionError"),
                                    "message", Value.of(text),
                                    "stacktrace", Value.of(List.of()))));
                case Interpreter.Ending.Exited() -> {
                    return false;
                }
                case Interpreter.Ending.Hung() -> {
                    return true;
                }
            }
            return true;
        }

        private List<Value> ask(String operation, Map<String, Value> arguments) throws IOException {
            lastCall++;
            wire.send(GuestWire.CALL, lastCall, Value.of(List.of(Value.of(operation), Value.of(arguments))));
            if (wire.receive().value() instanceof Value.Items(List<Value> reply)) {
                return reply;
            }
            throw new IOException("not a reply");
        }

        private static Value field(Value fields, String name) {
            return fields instanceof Value.Fields(Map<String, Value> byName)
                    ? byName.getOrDefault(name, Value.NULL)
                    : Value.NULL;
        }

        @Override
        public SocketChannel channel() {
            return channel.near();
        }

        @Override
        public void logsTo(LogSink sink) {
            synchronized (printed) {
                printed.setLength(0);
            }
        }

        @Override
        public void drainLogs(LogSink sink) {
            synchronized (printed) {
                if (!printed.isEmpty()) {
                    sink.stdout(ByteBuffer.wrap(printed.toString().getBytes(StandardCharsets.UTF_8)));
                    printed.setLength(0);
                }
            }
        }

        @Override
        public Usage usage() {
            return Usage.NONE;
        }

        @Override
        public String driver() {
            return "none";
        }

        @Override
        public Optional<Death> death() {
            return death;
        }

        @Override
        public Optional<Death> awaitDeath(Duration patience) throws InterruptedException {
            boolean _ = thread.join(patience);
            return death;
        }

        @Override
        public void close() {
            guests.remove(this);
            try {
                channel.near().close();
                channel.far().close();
            } catch (IOException impossible) {
                throw new IllegalStateException("memory does not fail", impossible);
            }
        }
    }
}
