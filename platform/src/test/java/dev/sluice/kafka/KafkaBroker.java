package dev.sluice.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.tls.TlsIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.awaitility.Awaitility;

/// A Kafka broker of its own, on loopback, in a directory that whoever starts it throws away; `./sluice test --full`
/// fetches it. Its user is `jon`, whose password is `s3cret`.
public final class KafkaBroker implements AutoCloseable {
    private static final Path JARS = Path.of("target", "kafka");
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String CLUSTER = "4L6g3nShT-eMCtK--X86sw";

    private final Path directory;
    private final List<Integer> ports;
    private Process process;

    private KafkaBroker(Path directory, List<Integer> ports) throws IOException {
        this.directory = directory;
        this.ports = ports;
        this.process = run(List.of("kafka.Kafka", settings().toString()));
    }

    /// @param directory for all that it writes
    public static KafkaBroker start(Path directory) throws IOException, InterruptedException {
        assertThat(JARS).as("./sluice test --full fetches Kafka").isDirectory();
        List<Integer> ports = freePorts(4);
        TlsIdentity.at(directory, Clock.systemUTC());
        Files.writeString(
                directory.resolve("keys.pem"),
                Files.readString(directory.resolve("tls.key")) + Files.readString(directory.resolve("tls.crt")));
        Files.writeString(directory.resolve("server.properties"), properties(directory, ports));
        Process format = run(
                directory,
                List.of(
                        "kafka.tools.StorageTool",
                        "format",
                        "-t",
                        CLUSTER,
                        "-c",
                        directory.resolve("server.properties").toString(),
                        "--add-scram",
                        "SCRAM-SHA-256=[name=jon,password=s3cret]",
                        "--add-scram",
                        "SCRAM-SHA-512=[name=jon,password=s3cret]"));
        assertThat(format.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(format.exitValue()).as(log(directory)).isZero();
        var broker = new KafkaBroker(directory, ports);
        broker.awaitReady();
        return broker;
    }

    private static String properties(Path directory, List<Integer> ports) {
        String plain = "org.apache.kafka.common.security.plain.PlainLoginModule required user_jon=\"s3cret\";";
        String scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
        return """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:%4$d
                controller.listener.names=CONTROLLER
                listeners=PLAINTEXT://127.0.0.1:%1$d,SASL_PLAINTEXT://127.0.0.1:%2$d,SASL_SSL://127.0.0.1:%3$d,CONTROLLER://127.0.0.1:%4$d
                advertised.listeners=PLAINTEXT://localhost:%1$d,SASL_PLAINTEXT://localhost:%2$d,SASL_SSL://localhost:%3$d
                listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
                inter.broker.listener.name=PLAINTEXT
                sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
                listener.name.sasl_plaintext.scram-sha-256.sasl.jaas.config=%6$s
                listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config=%6$s
                listener.name.sasl_plaintext.plain.sasl.jaas.config=%7$s
                listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=%6$s
                listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=%6$s
                listener.name.sasl_ssl.plain.sasl.jaas.config=%7$s
                ssl.keystore.type=PEM
                ssl.keystore.location=%5$s/keys.pem
                log.dirs=%5$s/data
                offsets.topic.replication.factor=1
                offsets.topic.num.partitions=1
                transaction.state.log.replication.factor=1
                transaction.state.log.num.partitions=1
                transaction.state.log.min.isr=1
                auto.create.topics.enable=false
                """.formatted(
                ports.get(0), ports.get(1), ports.get(2), ports.get(3), directory.toAbsolutePath(), scram, plain);
    }

    private Path settings() {
        return directory.resolve("server.properties");
    }

    private Process run(List<String> words) throws IOException {
        return run(directory, words);
    }

    private static Process run(Path directory, List<String> words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                JARS.toAbsolutePath() + "/*"));
        command.addAll(words);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("kafka.log").toFile()))
                .start();
    }

    private static String log(Path directory) throws IOException {
        String all = Files.readString(directory.resolve("kafka.log"));
        return all.substring(Math.max(0, all.length() - 4000));
    }

    public void awaitReady() throws IOException {
        try (Admin admin = admin()) {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(500))
                    .ignoreExceptions()
                    .until(() -> !process.isAlive()
                            || !admin.describeCluster()
                                    .nodes()
                                    .get(5, TimeUnit.SECONDS)
                                    .isEmpty());
        }
        assertThat(process.isAlive()).as(log(directory)).isTrue();
    }

    /// For Kafka's own clients.
    public Properties client() {
        var settings = new Properties();
        settings.putAll(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:" + plainPort()));
        return settings;
    }

    private Admin admin() {
        return Admin.create(client());
    }

    public void create(String topic, int partitions, Map<String, String> settings) throws Exception {
        try (Admin admin = admin()) {
            admin.createTopics(
                            List.of(new NewTopic(topic, Optional.of(partitions), Optional.empty()).configs(settings)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
    }

    public int plainPort() {
        return ports.get(0);
    }

    public int saslPort() {
        return ports.get(1);
    }

    public int tlsPort() {
        return ports.get(2);
    }

    public String certificate() throws IOException {
        return Files.readString(directory.resolve("tls.crt"));
    }

    /// As if its machine had lost power.
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    public void restart() throws IOException {
        process = run(List.of("kafka.Kafka", settings().toString()));
        awaitReady();
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        }
        List<Integer> ports = held.stream().map(ServerSocket::getLocalPort).toList();
        for (ServerSocket one : held) {
            one.close();
        }
        return ports;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
