/// The reference monitor: the state of a running task and the only checks that decide a flow.
///
/// Depends on `label` alone. Everything that reads a labeled object calls [Task#observe] first, and everything
/// that changes one calls [Task#requireMayAffect] or [Task#requireMayCreate] first.
@NullMarked
package dev.sluice.kernel;

import org.jspecify.annotations.NullMarked;
