/// The store of one machine, on RocksDB. docs/design/store.md says why it is built as it is.
@NullMarked
package dev.sluice.store.rocks;

import org.jspecify.annotations.NullMarked;
