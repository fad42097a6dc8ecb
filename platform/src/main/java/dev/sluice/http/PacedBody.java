package dev.sluice.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;

/// A body that must arrive at a decent pace: a client that drips bytes keeps a connection and a thread busy for
/// nothing.
///
/// The idle timeout of the connection bounds each single wait; this bounds their sum.
final class PacedBody extends FilterInputStream {
    /// Before this the pace is not looked at.
    static final long GRACE_SECONDS = 15;
    /// Below this a large body holds memory that others wait for, for longer than its sender can expect.
    static final long PACE_BYTES_PER_SECOND = 16 << 10;

    private final LongSupplier nanoClock;
    private final long began;
    private long count;

    PacedBody(InputStream in, LongSupplier nanoClock) {
        super(in);
        this.nanoClock = nanoClock;
        this.began = nanoClock.getAsLong();
    }

    static PacedBody of(org.eclipse.jetty.server.Request jetty) {
        return new PacedBody(Content.Source.asInputStream(jetty), System::nanoTime);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int read;
        try {
            read = in.read(into, offset, length);
        } catch (IOException | HttpException.RuntimeException failure) {
            throw broken(failure);
        }
        keepPace(Math.max(read, 0));
        return read;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void keepPace(int more) {
        count += more;
        long seconds = (nanoClock.getAsLong() - began) / 1_000_000_000L - GRACE_SECONDS;
        if (seconds > 0 && count < seconds * PACE_BYTES_PER_SECOND) {
            throw new HttpRefused(408, "the request body came too slowly");
        }
    }

    /// What to make of a body that does not come to its end: it is not what HTTP says, it waits for too long, or nobody
    /// sends any more.
    static ClientGone broken(Throwable failure) {
        if (failure instanceof HttpException wrong && HttpStatus.isClientError(wrong.getCode())) {
            throw new HttpRefused(400, "the request body is malformed");
        }
        if (failure instanceof TimeoutException || failure.getCause() instanceof TimeoutException) {
            throw new HttpRefused(408, "the request body did not come to its end in time");
        }
        return new ClientGone(failure);
    }
}
