package dev.sluice.gateway;

import dev.sluice.http.Flow;
import dev.sluice.http.Request;
import dev.sluice.http.Response;
import dev.sluice.run.Run;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/// One request at an endpoint, of which a record is kept when it has its answer. Used by the thread of the request.
final class Visit {
    private static final int LEFT = 499;
    private static final int METHOD_CHARS_MAX = 20;
    private static final int IPV4_BYTES_SHOWN = 3;
    private static final int IPV6_BYTES_SHOWN = 6;

    private final AccessLog log;
    private final Endpoint endpoint;
    private final Request request;
    private final long beganMillis;
    private final long beganNanos = System.nanoTime();
    private String run = "";
    private BooleanSupplier isTold = () -> false;

    Visit(AccessLog log, Endpoint endpoint, Request request) {
        this.log = log;
        this.endpoint = endpoint;
        this.request = request;
        this.beganMillis = log.nowMillis();
    }

    /// What answers.
    @FunctionalInterface
    interface Answering {
        Response answer() throws IOException, InterruptedException;
    }

    /// @param told whether the answer tells that there was one
    void ran(Run itself, BooleanSupplier told) {
        run = itself.id().toString();
        isTold = told;
    }

    Response over(Answering answering) throws IOException, InterruptedException {
        Response answer;
        try {
            answer = answering.answer();
        } catch (IOException left) {
            note(LEFT, 0, false);
            throw left;
        }
        if (answer.isFlowing()) {
            return answer.through(flow -> counted(answer.status(), flow));
        }
        note(answer.status(), request.method().equals("HEAD") ? 0 : answer.bytes(), false);
        return answer;
    }

    private Flow counted(int status, Flow flow) {
        return out -> {
            long[] bytes = {0};
            boolean isCut = true;
            try {
                flow.writeTo(piece -> {
                    out.write(piece);
                    bytes[0] += piece.length();
                });
                isCut = false;
            } finally {
                note(status, bytes[0], isCut);
            }
        };
    }

    private void note(int status, long bytes, boolean isCut) {
        String method = request.method();
        log.note(
                endpoint.gate(),
                new AccessRecord(
                        "",
                        beganMillis,
                        method.substring(0, Math.min(method.length(), METHOD_CHARS_MAX)),
                        endpoint.realm(request),
                        status,
                        bytes,
                        (System.nanoTime() - beganNanos) / 1_000_000,
                        isCut,
                        network(request.peer()),
                        run,
                        isTold.getAsBoolean(),
                        0));
    }

    /// Where somebody is, and not who: addresses are of people.
    static String network(String peer) {
        if (peer.isEmpty()) {
            return "";
        }
        InetAddress address = InetAddress.ofLiteral(peer);
        byte[] bytes = address.getAddress();
        int shown = address instanceof Inet4Address ? IPV4_BYTES_SHOWN : IPV6_BYTES_SHOWN;
        Arrays.fill(bytes, shown, bytes.length, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes).getHostAddress() + "/" + shown * Byte.SIZE;
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
