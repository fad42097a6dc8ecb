package dev.sluice.http;

import dev.sluice.bytes.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.hpack.HpackDecoder;
import org.eclipse.jetty.http2.hpack.HpackException;

/// Speaks HTTP/2 frame by frame, so that it can say what no client library would.
public final class RawHttp2 implements AutoCloseable {
    public static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;
    static final int PADDED = 8;

    static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private final SSLSocket socket;
    private final DataInputStream in;
    private final HpackDecoder decoder = new HpackDecoder(64 << 10, System::nanoTime);

    /// @param status of an answer, where it is its headers
    public record Frame(int type, int flags, int stream, Bytes payload, int status) {
        /// Of a reset or a going away.
        int error() {
            return payload.asBuffer().getInt(type == GOAWAY ? 4 : 0);
        }
    }

    /// Takes whatever certificate is shown.
    private static final class Curious implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private RawHttp2(SSLSocket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
    }

    /// With the preface said, and the server's settings not read yet.
    public static RawHttp2 connect(int port, String sni) throws IOException {
        RawHttp2 connected = tls(port, sni);
        connected.raw(PREFACE.getBytes(StandardCharsets.US_ASCII));
        connected.send(SETTINGS, 0, 0);
        return connected;
    }

    /// With nothing said.
    static RawHttp2 tls(int port, String sni) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Curious()}, null);
            var plain = new Socket(InetAddress.getLoopbackAddress(), port);
            var socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "", port, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(sni.isEmpty() ? List.of() : List.of(new SNIHostName(sni)));
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(20_000);
            socket.startHandshake();
            return new RawHttp2(socket);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    void raw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    static byte[] frame(int type, int flags, int stream, byte... payload) {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
        frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
        frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
        return frame.array();
    }

    void send(int type, int flags, int stream, byte... payload) throws IOException {
        raw(frame(type, flags, stream, payload));
    }

    /// @param fields names and values, as they are
    static byte[] block(String... fields) {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            out.write(0); // literal, not indexed, with its name
            text(out, fields[i]);
            text(out, fields[i + 1]);
        }
        return out.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length < 127) {
            out.write(bytes.length);
        } else {
            out.write(127);
            int rest = bytes.length - 127;
            while (rest >= 128) {
                out.write(rest % 128 + 128);
                rest /= 128;
            }
            out.write(rest);
        }
        out.writeBytes(bytes);
    }

    static byte[] get(String path, String... more) {
        var fields = new ArrayList<>(
                List.of(":method", "GET", ":scheme", "https", ":path", path, ":authority", "localhost"));
        fields.addAll(List.of(more));
        return block(fields.toArray(String[]::new));
    }

    public void post(int stream, String path, String body, String... more) throws IOException {
        var fields = new ArrayList<>(
                List.of(":method", "POST", ":scheme", "https", ":path", path, ":authority", "localhost"));
        fields.addAll(List.of(more));
        send(HEADERS, END_HEADERS, stream, block(fields.toArray(String[]::new)));
        send(DATA, END_STREAM, stream, body.getBytes(StandardCharsets.UTF_8));
    }

    public void ask(int stream, String path) throws IOException {
        send(HEADERS, END_HEADERS | END_STREAM, stream, get(path));
    }

    Frame read() throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt() & Integer.MAX_VALUE;
        byte[] payload = in.readNBytes(length);
        return new Frame(type, flags, stream, Bytes.copyOf(payload), type == HEADERS ? decoded(payload) : 0);
    }

    /// Of a server that uses neither padding nor priorities.
    private int decoded(byte[] block) throws IOException {
        try {
            return decoder.decode(ByteBuffer.wrap(block)) instanceof MetaData.Response answer ? answer.getStatus() : 0;
        } catch (HpackException broken) {
            throw new IOException(broken);
        }
    }

    public Frame next(Predicate<Frame> wanted) throws IOException {
        Frame frame = read();
        while (!wanted.test(frame)) {
            frame = read();
        }
        return frame;
    }

    /// The status of the answer on a stream; 0 where it was reset.
    int status(int stream) throws IOException {
        return next(one -> one.stream() == stream && (one.type() == HEADERS || one.type() == RST_STREAM))
                .status();
    }

    /// The error that the server ends the connection with; -1 if it ends it without a word.
    int end() throws IOException {
        int error = -1;
        try {
            while (true) {
                Frame frame = read();
                if (frame.type() == GOAWAY) {
                    error = frame.error();
                }
            }
        } catch (EOFException | SocketException ended) {
            return error;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
