package dev.sluice.cloudcall;

import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;

/// What a listing that is answered as a whole may still hold: what is more is refused before it is gathered.
final class ListRoom {
    private int items;
    private long chars;

    /// @return `text`, which is part of the listing now
    /// @throws Refused `TOO_LARGE`
    String taken(String text) {
        items++;
        chars += text.length();
        if (items > ValueCodec.ITEMS_MAX || chars > Frame.BODY_BYTES_MAX) {
            throw new Refused(Refusal.TOO_LARGE, "too much for one answer: list it page by page");
        }
        return text;
    }
}
