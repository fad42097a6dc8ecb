/// The spine: the one way in which anything runs.
@NullMarked
package dev.sluice.invoke;

import org.jspecify.annotations.NullMarked;
