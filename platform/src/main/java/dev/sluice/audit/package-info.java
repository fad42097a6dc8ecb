/// What happened and why: hash-chained, labeled records of what changes authority, uses it or is refused, and the
/// explanations that are made from them.
///
/// A record is read under its own label. That there is a record is known to the organization as a whole, or to the
/// operator alone where a record's label names anybody else (docs/design/audit.md).
@NullMarked
package dev.sluice.audit;

import org.jspecify.annotations.NullMarked;
