package dev.sluice.tls;

/// A key or a certificate that cannot be shown. The message says what is wrong with it and what to do, and has no
/// word of the key.
public final class CredentialsInvalid extends Exception {
    private static final long serialVersionUID = 1;

    CredentialsInvalid(String message) {
        super(message, null, false, false);
    }
}
