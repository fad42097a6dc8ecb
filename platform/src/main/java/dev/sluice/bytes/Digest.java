package dev.sluice.bytes;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// The SHA-256 of some bytes, as 64 lower-case hex digits.
public record Digest(String hex) {
    private static final MessageDigest FRESH = make();
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

    public Digest {
        if (!FORM.matcher(hex).matches()) {
            throw new IllegalArgumentException("a digest is 64 lower-case hex digits");
        }
    }

    public static Digest of(Bytes content) {
        MessageDigest sha = sha256();
        sha.update(content.asBuffer());
        return finish(sha);
    }

    /// The digest that `sha` has accumulated; resets it.
    public static Digest finish(MessageDigest sha) {
        return new Digest(HexFormat.of().formatHex(sha.digest()));
    }

    /// A fresh SHA-256; every Java platform has one. A copy of one that nobody ever fed: asking the providers for
    /// another takes longer than hashing what most callers hash.
    public static MessageDigest sha256() {
        try {
            return (MessageDigest) FRESH.clone();
        } catch (CloneNotSupportedException impossible) {
            throw new IllegalStateException("this JDK's SHA-256 cannot be copied", impossible);
        }
    }

    private static MessageDigest make() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("this JDK has no SHA-256", missing);
        }
    }
}
