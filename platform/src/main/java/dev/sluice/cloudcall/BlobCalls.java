package dev.sluice.cloudcall;

import dev.sluice.fs.BlobRef;
import dev.sluice.fs.UnlinkedBlobs;
import java.io.IOException;
import java.util.Map;

/// What a guest asks of blobs that it has in hand.
final class BlobCalls {
    private final Handles handles;
    private final FileCalls files;
    private final UnlinkedBlobs unlinked;

    BlobCalls(Handles handles, FileCalls files, UnlinkedBlobs unlinked) {
        this.handles = handles;
        this.files = files;
        this.unlinked = unlinked;
    }

    Value answer(CloudCall.OfBlobs call) throws IOException {
        return switch (call) {
            case CloudCall.OpenBlob(var path) -> open(files.blobAt(path));
            case CloudCall.OpenBlobHandle(var handle) -> open(handles.finished(handle));
            case CloudCall.CreateBlob() -> Value.of(handles.create());
            case CloudCall.CreateOutput() -> Value.of(handles.createOutput(unlinked.bytesLeft(), unlinked.reserve()));
            case CloudCall.WriteBlob(var handle, var content) -> {
                handles.write(handle, content);
                yield Value.NULL;
            }
            case CloudCall.FinalizeBlob(var handle) -> Value.of(handles.finish(handle));
            case CloudCall.ReadBlob(var handle, var offset, var length) ->
                Value.of(handles.read(handle, offset, length));
            case CloudCall.CloseBlob(var handle) -> {
                handles.close(handle);
                yield Value.NULL;
            }
        };
    }

    private Value open(BlobRef blob) throws IOException {
        Handles.Opened opened = handles.open(blob);
        return Value.of(Map.of("handle", Value.of(opened.handle()), "length", Value.of(opened.lengthBytes())));
    }
}
