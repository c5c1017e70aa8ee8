package dev.atrium.transport.http;

import dev.atrium.room.StreamPosition;
import dev.atrium.session.Transport;
import java.util.Arrays;

/** Stream format {@code application/x-ndjson}: one JSON object per line. */
final class JsonLines extends StreamFormat {

    static final JsonLines INSTANCE = new JsonLines();

    private static final byte[] EMPTY_LINE = { '\n' };

    @Override
    Transport transport() {
        return Transport.NDJSON;
    }

    @Override
    boolean endsForGood() {
        return false;
    }

    @Override
    String contentType() {
        return "application/x-ndjson";
    }

    @Override
    byte[] heartbeat() {
        return EMPTY_LINE;
    }

    @Override
    byte[] event(String event, StreamPosition place, byte[] json) {
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }
}
