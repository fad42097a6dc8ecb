package dev.sluice.kafka;

import dev.sluice.egress.Connection;
import dev.sluice.kafka.Access.Login;
import dev.sluice.kafka.Access.Mechanism;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestUtils;

/// A broker that is connected to: one question at a time, each with its answer. Thread-safe.
///
/// Messages are of fixed versions, which brokers from 2.7 to 4.x speak.
final class Broker implements AutoCloseable {
    static final int ANSWER_BYTES_MAX = 16 << 20;
    private static final String CLIENT = "sluice";
    private static final int HANDSHAKE_VERSION = 1;

    private final Connection connection;
    private final DataInputStream in;
    private final DataOutputStream out;
    private int asked; // guarded by this

    Broker(Connection connection) throws IOException {
        this.connection = connection;
        this.in = new DataInputStream(new BufferedInputStream(connection.in()));
        this.out = new DataOutputStream(new BufferedOutputStream(connection.out()));
    }

    /// Whatever goes wrong, the connection is of no use afterwards.
    ///
    /// @param type of the answer
    synchronized <A extends ApiMessage> A ask(ApiKeys key, int version, ApiMessage question, Class<A> type)
            throws KafkaFailed, InterruptedException {
        boolean isAnswered = false;
        try {
            asked++;
            send(key, (short) version, question);
            ByteBuffer answer = receive();
            A read = type.cast(ApiMessageType.fromApiKey(key.id).newResponse());
            var readable = new ByteBufferAccessor(answer);
            var header = new ResponseHeaderData(readable, key.responseHeaderVersion((short) version));
            if (header.correlationId() != asked) {
                throw KafkaFailed.malformed();
            }
            read.read(readable, (short) version);
            isAnswered = true;
            return read;
        } catch (IOException broken) {
            if (Thread.interrupted()) {
                throw new InterruptedException("stopped while a broker was asked");
            }
            throw KafkaFailed.forNow("the connection to a broker broke: is it the right port, and does it want TLS?");
        } catch (RuntimeException malformed) {
            throw KafkaFailed.malformed();
        } finally {
            if (!isAnswered) {
                close();
            }
        }
    }

    private void send(ApiKeys key, short version, ApiMessage question) throws IOException {
        var header = new RequestHeaderData()
                .setRequestApiKey(key.id)
                .setRequestApiVersion(version)
                .setCorrelationId(asked)
                .setClientId(CLIENT);
        ByteBuffer bytes = RequestUtils.serialize(header, key.requestHeaderVersion(version), question, version);
        out.writeInt(bytes.remaining());
        out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        out.flush();
    }

    /// What a broker says of a length is not believed before the bytes are there.
    private ByteBuffer receive() throws IOException, KafkaFailed {
        int length = in.readInt();
        if (length < 0 || length > ANSWER_BYTES_MAX) {
            throw KafkaFailed.malformed();
        }
        byte[] answer = in.readNBytes(length);
        if (answer.length < length) {
            throw new IOException("the answer ends early");
        }
        return ByteBuffer.wrap(answer);
    }

    void login(Login login, SecureRandom random) throws KafkaFailed, InterruptedException {
        var handshake =
                new SaslHandshakeRequestData().setMechanism(login.mechanism().word());
        SaslHandshakeResponseData offered =
                ask(ApiKeys.SASL_HANDSHAKE, HANDSHAKE_VERSION, handshake, SaslHandshakeResponseData.class);
        require(offered.errorCode());
        if (login.mechanism() == Mechanism.PLAIN) {
            authenticate(("\0" + login.user() + "\0" + login.password()).getBytes(StandardCharsets.UTF_8));
            return;
        }
        var scram = new Scram(login, random);
        byte[] proof = scram.prove(authenticate(scram.begin()));
        scram.verify(authenticate(proof));
    }

    private byte[] authenticate(byte[] bytes) throws KafkaFailed, InterruptedException {
        SaslAuthenticateResponseData answer = ask(
                ApiKeys.SASL_AUTHENTICATE,
                HANDSHAKE_VERSION,
                new SaslAuthenticateRequestData().setAuthBytes(bytes),
                SaslAuthenticateResponseData.class);
        require(answer.errorCode());
        return answer.authBytes();
    }

    /// @throws KafkaFailed for an error, by its name
    static void require(short code) throws KafkaFailed {
        Errors error = Errors.forCode(code);
        if (error != Errors.NONE) {
            throw new KafkaFailed(
                    "the broker says " + error.name(), !(error.exception() instanceof RetriableException));
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
