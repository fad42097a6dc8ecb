package dev.sluice.http;

import dev.sluice.bytes.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartCompliance;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/// The parts of a `multipart/form-data` body, one after the other as they arrive: nothing is held but the piece that
/// was read last. Jetty's parser finds the parts.
///
/// Lines may end in LF alone: the strict mode of the parser takes a CR LF that arrives in two pieces for one.
///
/// For one thread. Whatever is malformed is refused with 400 where it is met, so parts before it may have been read.
public final class Multipart {
    static final int PARTS_MAX = 256;
    static final int PART_HEADER_BYTES_MAX = 8 << 10;
    private static final int PIECE_BYTES = 32 << 10;

    private final InputStream body;
    private final LargeBodies.Share memory;
    private final MultiPart.Parser parser;
    private final ArrayDeque<Event> events = new ArrayDeque<>();
    private @Nullable Part current;
    private boolean isComplete;
    private boolean hasFailed;

    /// What the parser has found.
    private sealed interface Event {
        record Begin(Part part) implements Event {}

        record Piece(ByteBuffer content) implements Event {}

        record End() implements Event {}
    }

    /// One part. Its content can be read until the next part is asked for.
    public final class Part {
        private final String name;
        private final Optional<String> fileName;

        private Part(String name, @Nullable String fileName) {
            this.name = name;
            this.fileName = Optional.ofNullable(fileName);
        }

        public String name() {
            return name;
        }

        public Optional<String> fileName() {
            return fileName;
        }

        /// The whole content. Large ones count as large bodies do.
        ///
        /// @throws HttpRefused 413 above `bytesMax`, 503 when too many large bodies come
        public Bytes bytes(int bytesMax) throws IOException {
            InputStream in = content();
            byte[] content = in.readNBytes(Math.min(bytesMax + 1, LargeBodies.SMALL_BYTES_MAX));
            if (content.length == LargeBodies.SMALL_BYTES_MAX) {
                memory.takeForBody(bytesMax);
                byte[] more = in.readNBytes(bytesMax + 1 - content.length);
                byte[] all = Arrays.copyOf(content, content.length + more.length);
                System.arraycopy(more, 0, all, content.length, more.length);
                content = all;
            }
            if (content.length > bytesMax) {
                throw HttpRefused.tooLarge();
            }
            return Bytes.takeOver(content);
        }

        /// Ends where the part ends; nothing is left to read once another part was asked for.
        public InputStream content() {
            return new PartContent(this);
        }
    }

    /// @param contentType the request's
    /// @throws HttpRefused 400 for a type without a boundary
    Multipart(String contentType, InputStream body, LargeBodies.Share memory) {
        this.body = body;
        this.memory = memory;
        this.parser = new MultiPart.Parser(boundary(contentType), MultiPartCompliance.RFC7578, new Found());
        parser.setMaxParts(PARTS_MAX);
        parser.setPartHeadersMaxLength(PART_HEADER_BYTES_MAX);
    }

    private static String boundary(String contentType) {
        try {
            String boundary = MultiPart.extractBoundary(contentType);
            if (boundary != null && !boundary.isEmpty()) {
                return boundary;
            }
        } catch (IllegalArgumentException none) {
            throw malformed();
        }
        throw malformed();
    }

    /// The next part; what was not read of the one before is skipped.
    public Optional<Part> next() throws IOException {
        current = null;
        while (true) {
            Event event = event();
            if (event == null) {
                return Optional.empty();
            }
            if (event instanceof Event.Begin(Part part)) {
                current = part;
                return Optional.of(part);
            }
        }
    }

    /// The next piece of a part's content, not empty; nothing where the part has ended.
    private @Nullable ByteBuffer piece(Part part) throws IOException {
        while (part.equals(current)) {
            switch (event()) {
                case Event.Piece(ByteBuffer content)
                when content.hasRemaining() -> {
                    return content;
                }
                case Event.Piece _ -> {}
                case null, default -> current = null;
            }
        }
        return null;
    }

    /// @return nothing after the last part
    private @Nullable Event event() throws IOException {
        while (events.isEmpty() && !isComplete) {
            byte[] piece = new byte[PIECE_BYTES]; // what the parser finds are slices of it
            int count = body.read(piece);
            parser.parse(count < 0 ? Content.Chunk.EOF : Content.Chunk.from(ByteBuffer.wrap(piece, 0, count), false));
            if (hasFailed || (count < 0 && !isComplete)) {
                throw malformed();
            }
        }
        return events.poll();
    }

    private static HttpRefused malformed() {
        return new HttpRefused(400, "the body is not multipart/form-data as its Content-Type says");
    }

    /// Collects what the parser tells.
    private final class Found extends MultiPart.AbstractPartsListener {
        @Override
        public void onPartHeaders() {
            String name = getName();
            hasFailed |= name == null;
            events.add(new Event.Begin(new Part(name == null ? "" : name, getFileName())));
        }

        @Override
        public void onPartContent(Content.Chunk chunk) {
            events.add(new Event.Piece(chunk.getByteBuffer().slice()));
        }

        @Override
        public void onPart(String name, String fileName, HttpFields headers) {
            events.add(new Event.End());
        }

        @Override
        public void onComplete() {
            isComplete = true;
        }

        @Override
        public void onFailure(Throwable failure) {
            hasFailed = true;
        }
    }

    private final class PartContent extends InputStream {
        private final Part part;
        private ByteBuffer piece = ByteBuffer.allocate(0);

        PartContent(Part part) {
            this.part = part;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (!piece.hasRemaining()) {
                ByteBuffer next = piece(part);
                if (next == null) {
                    return -1;
                }
                piece = next;
            }
            int count = Math.min(length, piece.remaining());
            piece.get(into, offset, count);
            return count;
        }
    }
}
