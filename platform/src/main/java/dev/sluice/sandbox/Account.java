package dev.sluice.sandbox;

/// Whom a guest's use is counted for. What the two texts mean is the caller's.
///
/// @param owner who has the guest; empty for nobody yet
/// @param item  for what of his; empty for nothing in particular
public record Account(String owner, String item) {
    /// The server's own: guests that wait for somebody.
    public static final Account NOBODY = new Account("", "");
}
