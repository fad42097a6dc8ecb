/// The Kafka protocol, as far as reading a topic and writing to one needs it, over connections that room `egress` has
/// checked. Bytes only: it knows no labels, events or tenants' rights. A broker may be hostile.
@NullMarked
package dev.sluice.kafka;

import org.jspecify.annotations.NullMarked;
