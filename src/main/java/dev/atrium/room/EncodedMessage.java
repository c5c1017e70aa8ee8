package dev.atrium.room;

/**
 * A delivery with its encodings, one per wire format. Each encoding is made once and shared by all event loops; two loops that
 * race both encode, and either result is valid.
 */
final class EncodedMessage {

    private static final byte[] NOT_SHOWN = new byte[0];

    final Delivery delivery;
    /** Null unless the message is traced. */
    final DeliveryTracer.Passage passage;
    private volatile Encoding encodings;

    EncodedMessage(Delivery delivery) {
        this(delivery, null);
    }

    EncodedMessage(Delivery delivery, DeliveryTracer.Passage passage) {
        this.delivery = delivery;
        this.passage = passage;
    }

    boolean hasPosition() {
        return delivery instanceof HistoryGap || delivery instanceof Message message && !message.isVolatile();
    }

    /** Returns the stream position of the room after this delivery, which must have one. */
    StreamPosition position() {
        return delivery instanceof HistoryGap gap ? gap.position() : ((Message) delivery).position();
    }

    /** Returns the encoded bytes, or null if the format does not show this delivery. */
    byte[] bytes(WireFormat<?> format) {
        for (Encoding e = encodings; e != null; e = e.next) {
            if (e.format == format) {
                return e.bytes == NOT_SHOWN ? null : e.bytes;
            }
        }
        byte[] bytes = format.encode(delivery);
        encodings = new Encoding(format, bytes == null ? NOT_SHOWN : bytes, encodings);
        return bytes;
    }

    private record Encoding(WireFormat<?> format, byte[] bytes, Encoding next) {
    }
}
