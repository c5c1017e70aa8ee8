package dev.atrium.room;

import java.util.List;

/** Payload of a message. Each kind has its own encoding in every wire format, and arrives as the kind it was sent as. */
public sealed interface Data {

    /** Returns the approximate number of bytes in memory, as counted by bounded queues. */
    int size();

    /** A string. A JSON string is decoded to this kind, too, so that one value has one representation. */
    record Text(String text) implements Data {
        @Override
        public int size() {
            return text.length();
        }
    }

    /** Any other JSON value, on one line and otherwise as its sender wrote it, so that numbers keep all their digits. */
    record Json(String json) implements Data {

        /** JSON null: the payload of a message that was sent without data. */
        public static final Json NULL = new Json("null");

        @Override
        public int size() {
            return json.length();
        }
    }

    /**
     * Arguments of a Socket.IO event that are not exactly one string, JSON value or buffer.
     *
     * @param json an array with one item per argument, in which {@code {"_placeholder":true,"num":n}} stands for attachment n
     * @param attachments binary attachments; the arrays are shared by all holders of the message and must not be changed
     */
    record Arguments(String json, List<byte[]> attachments) implements Data {
        @Override
        public int size() {
            return json.length() + attachments.stream().mapToInt(bytes -> bytes.length).sum();
        }
    }

    /** Bytes. The array is shared by all holders of the message and must not be changed. */
    record Binary(byte[] bytes) implements Data {
        @Override
        public int size() {
            return bytes.length;
        }
    }
}
