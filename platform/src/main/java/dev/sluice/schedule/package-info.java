/// Who runs next. Knows tenants' names and sizes, and never a label.
@NullMarked
package dev.sluice.schedule;

import org.jspecify.annotations.NullMarked;
