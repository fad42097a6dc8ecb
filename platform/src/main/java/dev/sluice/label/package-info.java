/// Buckle labels: who may learn a datum (secrecy) and who vouches for it (integrity).
///
/// Pure immutable values in normal form, so that equal meaning is the same object. No I/O, no clock, no other
/// room. Read [dev.sluice.label.Label] first, then [dev.sluice.label.Component]; docs/design/labels.md says why.
@NullMarked
package dev.sluice.label;

import org.jspecify.annotations.NullMarked;
