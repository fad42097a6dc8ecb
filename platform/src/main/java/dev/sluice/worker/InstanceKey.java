package dev.sluice.worker;

import dev.sluice.fs.ObjectId;

/// Which runs an instance may serve at all: one tenant's, of one version of one gate, and so with one privilege, one
/// declassification and one package (design/labels.md section 5). Its label decides the rest.
record InstanceKey(String tenant, ObjectId gate, long version) {}
