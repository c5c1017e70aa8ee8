package dev.atrium.room;

/** What a message carries. One of three kinds, kept apart on every wire, so that it arrives as it was sent. */
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

    /** Bytes. The array is shared by all who hold the message and must not be changed. */
    record Binary(byte[] bytes) implements Data {
        @Override
        public int size() {
            return bytes.length;
        }
    }
}
