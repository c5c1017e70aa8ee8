package dev.atrium.backplane.redis;

import dev.atrium.room.Message;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import java.nio.charset.StandardCharsets;

/** Codec of what {@code publish.lua} and {@code volatile.lua} publish: {@code epoch offset micros}, a newline, the message. */
final class PublishedMessage {

    /** Epoch of a volatile message, which has no stream position. */
    private static final String NO_EPOCH = "-";

    private PublishedMessage() {
    }

    /** @param room the room of the channel; null for a replica's channel, where the message names the session's room */
    static Message decode(RoomId room, byte[] bytes) {
        int newline = 0;
        while (bytes[newline] != '\n') {
            newline++;
        }
        String line = new String(bytes, 0, newline, StandardCharsets.US_ASCII);
        int first = line.indexOf(' ');
        int second = line.indexOf(' ', first + 1);
        StreamPosition position = new StreamPosition(line.substring(0, first), Long.parseLong(line, first + 1, second, 10));
        long atMicros = Long.parseLong(line, second + 1, line.length(), 10);
        Publication publication = MessageCodec.decode(room, bytes, newline + 1);
        return position.epoch().equals(NO_EPOCH) ? publication.withoutPosition(atMicros) : publication.at(position, atMicros);
    }
}
