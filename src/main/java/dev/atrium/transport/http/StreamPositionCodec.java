package dev.atrium.transport.http;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.room.StreamPosition;
import java.util.regex.Pattern;

/** Codec of stream positions in URLs and event ids: {@code epoch:offset}, or the offset alone for any epoch. Pure. */
final class StreamPositionCodec {

    /** An epoch is written into event streams, where a line break would begin another field. */
    private static final Pattern EPOCH = Pattern.compile("[!-~]{0,256}");

    private StreamPositionCodec() {
    }

    static String text(StreamPosition position) {
        return position.epoch() + ":" + position.offset();
    }

    /**
     * @return null if the text is absent
     * @throws ErrorReply 400, naming the field
     */
    static StreamPosition parse(String field, String text) {
        if (text == null) {
            return null;
        }
        int colon = text.lastIndexOf(':');
        String epoch = colon < 0 ? "" : text.substring(0, colon);
        try {
            long offset = Long.parseLong(text.substring(colon + 1));
            if (offset >= 0 && EPOCH.matcher(epoch).matches()) {
                return new StreamPosition(epoch, offset);
            }
        } catch (NumberFormatException e) {
            // Rejected below, like a negative offset.
        }
        throw ErrorReply.badRequest(field + ": expected epoch:offset, or an offset");
    }
}
