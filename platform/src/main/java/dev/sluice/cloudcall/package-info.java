/// What a guest may ask of the platform, and the link over which it asks: the messages, their codec, and the
/// dispatch to the labeled file system. The wire format is in `docs/design/cloudcalls.md`, its examples in
/// `guest/vectors`.
///
/// The guest is hostile: every byte from it is either one well-formed message or a [GuestProtocolViolation], after
/// which the caller kills that one guest.
@NullMarked
package dev.sluice.cloudcall;

import org.jspecify.annotations.NullMarked;
