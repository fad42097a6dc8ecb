/// The event server: a durable log of what was emitted, and its delivery to subscriptions.
///
/// It knows no functions: a delivery is handed to a [Courier].
@NullMarked
package dev.sluice.event;

import org.jspecify.annotations.NullMarked;
