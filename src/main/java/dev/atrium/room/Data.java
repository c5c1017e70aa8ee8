package dev.atrium.room;

import java.util.List;

/** What a message carries. One of a few kinds, kept apart on every wire, so that it arrives as it was sent. */
public sealed interface Data {

    /** Bytes that this data holds in memory, about; what bounded queues count. */
    int size();

    /** A string. JSON data that is a string is this, too: there is one form for one value. */
    record Text(String text) implements Data {
        @Override
        public int size() {
            return text.length();
        }
    }

    /** Any other JSON value, as its sender wrote it but on one line, so that no digit of a number is lost. */
    record Json(String json) implements Data {

        /** JSON's null: the data of a message that was sent without any. */
        public static final Json NULL = new Json("null");

        @Override
        public int size() {
            return json.length();
        }
    }

    /**
     * What an event of Socket.IO carries where that is not one text, JSON value or buffer.
     *
     * @param json an array, one item for each argument; in it {@code {"_placeholder":true,"num":n}} stands for attachment n
     * @param attachments bytes, shared by all who hold the message
     */
    record Arguments(String json, List<byte[]> attachments) implements Data {
        @Override
        public int size() {
            return json.length() + attachments.stream().mapToInt(bytes -> bytes.length).sum();
        }
    }

    /** Bytes. The array is shared by all who hold the message and must not be changed. */
    record Binary(byte[] bytes) implements Data {
        @Override
        public int size() {
            return bytes.length;
        }
    }
}
