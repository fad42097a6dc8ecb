/// Built-in sources of events: which webhooks are signed as they should be, when a schedule's time has come, and what
/// has changed in a directory. Decides; whoever asks emits.
@NullMarked
package dev.sluice.source;

import org.jspecify.annotations.NullMarked;
