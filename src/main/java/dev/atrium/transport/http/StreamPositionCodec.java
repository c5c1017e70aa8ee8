package dev.atrium.transport.http;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.room.StreamPosition;

/** A place in a room as URLs and event ids write it: {@code epoch:offset}, or the offset alone for whichever epoch it is. Pure. */
final class StreamPositionCodec {

    private StreamPositionCodec() {
    }

    static String text(StreamPosition position) {
        return position.epoch() + ":" + position.offset();
    }

    /**
     * Reads one.
     *
     * @return null if there is none
     * @throws ErrorReply 400, naming the field
     */
    static StreamPosition parse(String field, String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        int colon = text.lastIndexOf(':');
        try {
            long offset = Long.parseLong(text.substring(colon + 1));
            if (offset >= 0) {
                return new StreamPosition(colon < 0 ? "" : text.substring(0, colon), offset);
            }
        } catch (NumberFormatException e) {
            // Answered below, like a negative one.
        }
        throw ErrorReply.badRequest(field + ": expected epoch:offset, or an offset");
    }
}
