package dev.sluice.label;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks an operation that can break confidentiality or integrity if called wrongly. `ArchitectureTest` lists the
/// rooms that may call one.
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.METHOD, ElementType.CONSTRUCTOR})
public @interface Tcb {
    /// Why it must exist, in one sentence.
    String why();
}
