package dev.sluice.cli.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// A `multipart/form-data` body of texts and files. Files are read while they are sent.
public final class MultipartBody implements Body {
    private static final int BOUNDARY_BYTES = 24;
    private static final String END_OF_LINE = "\r\n";

    private final String boundary;
    private final List<Body> pieces = new ArrayList<>();

    public MultipartBody() {
        byte[] random = new byte[BOUNDARY_BYTES];
        new SecureRandom().nextBytes(random); // nobody can put it into a file beforehand
        this.boundary = HexFormat.of().formatHex(random);
    }

    public String contentType() {
        return "multipart/form-data; boundary=" + boundary;
    }

    public MultipartBody text(String name, byte[] content) {
        pieces.add(head(name, ""));
        pieces.add(Body.of(content));
        return end();
    }

    /// @throws IOException if there is no such file
    public MultipartBody file(String name, String fileName, Path file) throws IOException {
        if (fileName.chars().anyMatch(Character::isISOControl)) {
            throw new IOException("the name of the file holds a control character");
        }
        String quoted = fileName.replace("\\", "\\\\").replace("\"", "\\\"");
        String type = END_OF_LINE + "Content-Type: application/octet-stream";
        pieces.add(head(name, "; filename=\"" + quoted + "\"" + type));
        pieces.add(new FileContent(file, Files.size(file)));
        return end();
    }

    private record FileContent(Path file, long length) implements Body {
        @Override
        public void writeTo(OutputStream out) throws IOException {
            try (InputStream in = open()) {
                Body.of(in, length).writeTo(out);
            }
        }

        private InputStream open() {
            try {
                return Files.newInputStream(file);
            } catch (IOException gone) {
                throw new UncheckedIOException(gone);
            }
        }
    }

    private Body head(String name, String more) {
        String text = "--" + boundary + END_OF_LINE + "Content-Disposition: form-data; name=\"" + name + "\"" + more
                + END_OF_LINE + END_OF_LINE;
        return Body.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private MultipartBody end() {
        pieces.add(Body.of(END_OF_LINE.getBytes(StandardCharsets.US_ASCII)));
        return this;
    }

    private byte[] last() {
        return ("--" + boundary + "--" + END_OF_LINE).getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public long length() {
        return last().length + pieces.stream().mapToLong(Body::length).sum();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        for (Body piece : pieces) {
            piece.writeTo(out);
        }
        out.write(last());
    }
}
