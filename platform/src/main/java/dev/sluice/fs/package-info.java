/// The labeled file system: directories, files, faceted directories, blobs and gates over the durable store.
///
/// Every operation acts as [dev.sluice.kernel.Task#current]: it taints before it looks, refuses before it taints
/// above the clearance, and uses no privilege but the one it is given. Source: contracts/faasten.md section 2 `[R]`.
@NullMarked
package dev.sluice.fs;

import org.jspecify.annotations.NullMarked;
