package dev.sluice.testing;

import dev.sluice.tls.TlsIdentity;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// A server somewhere on the internet, on loopback: it keeps what it received, byte for byte, and answers what
/// the test says, byte for byte. Its certificate is made here and trusted by whoever is given [#certificate].
public final class Sink implements AutoCloseable {
    private final ServerSocket listening;
    private final Path certificate;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private volatile Function<Received, byte[]> answer = _ -> ok("answer");

    /// One request.
    ///
    /// @param head request line and headers
    /// @param port of the client, which tells connections apart
    public record Received(String head, String body, int port) {
        public String line() {
            return head.substring(0, head.indexOf('\r'));
        }

        public List<String> headers() {
            return head.lines().skip(1).toList();
        }
    }

    private Sink(ServerSocket listening, Path certificate) {
        this.listening = listening;
        this.certificate = certificate;
        Thread.ofVirtual().start(this::accept);
    }

    /// @param directory where its key and its certificate are made
    public static Sink https(Path directory) throws IOException, GeneralSecurityException {
        TlsIdentity.at(directory, Clock.systemUTC());
        Path certificate = directory.resolve("tls.crt");
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(keyStore(directory.resolve("tls.key"), certificate), new char[0]);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);
        return new Sink(
                tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress()), certificate);
    }

    public static Sink http(Path directory) throws IOException {
        return new Sink(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), directory.resolve("none"));
    }

    public static byte[] ok(String body) {
        return bytes("HTTP/1.1 200 OK\r\nContent-Length: " + body.getBytes(StandardCharsets.UTF_8).length
                + "\r\nX-From: sink\r\n\r\n" + body);
    }

    public static byte[] bytes(String raw) {
        return raw.getBytes(StandardCharsets.UTF_8);
    }

    /// What every request from now on is answered; nothing for an empty array: the connection stays open and
    /// silent.
    public void answer(Function<Received, byte[]> how) {
        answer = how;
    }

    public List<Received> received() {
        return List.copyOf(received);
    }

    /// What it received so far.
    public void forget() {
        received.clear();
    }

    public int port() {
        return listening.getLocalPort();
    }

    public Path certificate() {
        return certificate;
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                InputStream in = new BufferedInputStream(socket.getInputStream())) {
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                var request = new Received(
                        head, new String(in.readNBytes(length(head)), StandardCharsets.UTF_8), socket.getPort());
                received.add(request);
                socket.getOutputStream().write(answer.apply(request));
                socket.getOutputStream().flush();
            }
        } catch (IOException gone) {
            assert gone.getMessage() != null || socket.isClosed();
        }
    }

    private static String head(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        for (int one = in.read(); one >= 0; one = in.read()) {
            head.write(one);
            if (head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                return head.toString(StandardCharsets.ISO_8859_1).stripTrailing();
            }
        }
        return "";
    }

    private static int length(String head) {
        return head.lines()
                .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:"))
                .mapToInt(line ->
                        Integer.parseInt(line.substring(line.indexOf(':') + 1).strip()))
                .findFirst()
                .orElse(0);
    }

    private static KeyStore keyStore(Path key, Path certificate) throws IOException, GeneralSecurityException {
        String pem = Files.readString(key).replaceAll("-----[A-Z ]+-----|\\s", "");
        var its = KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
        try (InputStream in = Files.newInputStream(certificate)) {
            Certificate shown = CertificateFactory.getInstance("X.509").generateCertificate(in);
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("sink", its, new char[0], new Certificate[] {shown});
            return store;
        }
    }
}
