/// Images as the Open Container Initiative has them: what a reference means, how a registry is asked, and how layers
/// become a directory. Everything that a registry says is hostile until its digest and size are those that were asked
/// for, and its content afterwards too. It knows no labels, and no organization but as who is charged.
@NullMarked
package dev.sluice.oci;

import org.jspecify.annotations.NullMarked;
