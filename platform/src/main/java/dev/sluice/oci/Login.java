package dev.sluice.oci;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// A name and a password at one registry.
public record Login(String user, String password) {
    String basic() {
        byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    @Override
    public String toString() {
        return "Login[]";
    }
}
