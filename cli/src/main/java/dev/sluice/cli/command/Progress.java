package dev.sluice.cli.command;

import dev.sluice.cli.Terminal;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Tells how much of something large has gone by, on the error stream: a line for each tenth.
final class Progress {
    /// What is smaller is there before one could read of it.
    private static final long TOLD_BYTES_MIN = 64L << 20;

    private static final int STEPS = 10;

    private final String verb;
    private final long bytes;
    private final Terminal terminal;

    /// @param bytes in all; negative if nobody knows
    Progress(String verb, long bytes, Terminal terminal) {
        this.verb = verb;
        this.bytes = bytes;
        this.terminal = terminal;
    }

    InputStream of(InputStream content) {
        return bytes < TOLD_BYTES_MIN ? content : new Told(content);
    }

    private final class Told extends FilterInputStream {
        private long count;
        private long told;

        Told(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int octet = super.read();
            add(octet < 0 ? 0 : 1);
            return octet;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = super.read(target, offset, length);
            add(Math.max(0, read));
            return read;
        }

        private void add(int more) {
            count += more;
            long step = count * STEPS / bytes;
            if (step > told) {
                told = step;
                terminal.complain(verb + " " + (count >> 20) + " of " + (bytes >> 20) + " MiB");
            }
        }
    }
}
