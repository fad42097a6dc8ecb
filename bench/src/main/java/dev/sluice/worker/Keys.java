package dev.sluice.worker;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.ObjectId;
import dev.sluice.function.Reuse;
import dev.sluice.gate.Gate;
import dev.sluice.label.Component;
import java.nio.ByteBuffer;
import java.util.List;

/// Keys of functions that are only numbers.
final class Keys {
    private Keys() {}

    static InstanceKey of(String tenant, int function) {
        byte[] id = ByteBuffer.allocate(ObjectId.LENGTH_BYTES).putInt(function).array();
        var authority = new Gate.Authority(Component.TRUE, Component.TRUE);
        return new InstanceKey(tenant, new ObjectId(Bytes.takeOver(id)), 1, authority, List.of(), Reuse.LABEL_FLOW);
    }
}
