/// Organizations, their service accounts and policies: labeled files, and the pure evaluator that says what a policy
/// allows and lends.
///
/// Decides nothing by itself: `authn` asks it. Source: contracts/dispatch.md section 3, design/labels.md 1 to 3.
@NullMarked
package dev.sluice.org;

import org.jspecify.annotations.NullMarked;
