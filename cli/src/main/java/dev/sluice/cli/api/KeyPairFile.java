package dev.sluice.cli.api;

import dev.sluice.cli.Failure;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.Base64;
import java.util.Set;

/// Makes key pairs for service accounts: the private half into a file that only its owner can read, the public
/// half for the server.
public final class KeyPairFile {
    private KeyPairFile() {}

    /// @param file must not be there: a key that is overwritten is lost
    /// @return the public half as the server takes it, base64 of PEM
    /// @throws Failure if the file is there or cannot be written
    public static String make(Path file, KeyKind kind) {
        KeyPair pair = kind.generate();
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        var fresh = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(file, fresh, ownerOnly);
                OutputStream out = Channels.newOutputStream(channel)) {
            out.write(pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
            channel.force(true);
        } catch (FileAlreadyExistsException e) {
            throw new Failure(file + " is there already, and may be somebody's key: name another file", e);
        } catch (IOException e) {
            throw new Failure("cannot write the private key " + file + ": " + Failure.reason(e), e);
        }
        return Base64.getEncoder()
                .encodeToString(pem("PUBLIC KEY", pair.getPublic().getEncoded()));
    }

    private static byte[] pem(String label, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return ("-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /// Removes a new private key if its public one has surely not come to the server, which said no or was not there.
    /// Where a connection broke, it may have.
    public static void removeIfUnused(Path file, Failure why) {
        if (why instanceof Refusal || why.getCause() instanceof ConnectException) {
            remove(file);
        }
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new Failure("cannot remove " + file + ", which nobody needs: " + Failure.reason(e), e);
        }
    }
}
