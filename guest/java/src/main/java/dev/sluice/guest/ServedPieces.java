package dev.sluice.guest;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;

/// What a plain HTTP server answers, as an API that streams has it: the head, then each piece as it comes.
final class ServedPieces implements Iterator<Object> {
    private static final int PIECE_BYTES = 64 << 10;

    private final InputStream body;
    private Object next;
    private boolean isOver;

    ServedPieces(HttpResponse<InputStream> response) {
        body = response.body();
        Map<String, String> headers = new TreeMap<>();
        response.headers().map().forEach((name, values) -> headers.put(name, String.join(", ", values)));
        next = Map.of("status", response.statusCode(), "headers", headers);
    }

    @Override
    public boolean hasNext() {
        if (!isOver && next.equals("")) {
            next = piece();
            isOver = next.equals("");
        }
        return !isOver;
    }

    @Override
    public Object next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Object given = next;
        next = "";
        return given;
    }

    /// @return an empty text at the end
    private Object piece() {
        byte[] buffer = new byte[PIECE_BYTES];
        try {
            int count = body.read(buffer);
            return count < 0 ? "" : said(Arrays.copyOf(buffer, count));
        } catch (IOException broken) {
            throw new IllegalStateException("the server broke the connection: " + Failure.described(broken));
        }
    }

    private static Object said(byte[] piece) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(piece))
                    .toString();
        } catch (CharacterCodingException binary) {
            return Map.of("base64", Base64.getEncoder().encodeToString(piece));
        }
    }
}
