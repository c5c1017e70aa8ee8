package dev.atrium.room;

/**
 * One delivery on its way to the event loops, with its encodings. Each encoding is made once and shared by all loops;
 * two loops that race make it twice, and either result serves.
 */
final class EncodedMessage {

    private static final byte[] NOT_SHOWN = new byte[0];

    final Delivery delivery;
    /** Null for all but traced messages. */
    final DeliveryTracer.Passage passage;
    private volatile Encoding encodings;

    EncodedMessage(Delivery delivery) {
        this(delivery, null);
    }

    EncodedMessage(Delivery delivery, DeliveryTracer.Passage passage) {
        this.delivery = delivery;
        this.passage = passage;
    }

    /** The bytes of this delivery, or null where the format does not show it. */
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
