package dev.atrium.room;

import java.util.ArrayList;
import java.util.List;

/**
 * Deliveries of one room to its members on one event loop in one turn of that loop. The encoded bytes are joined once per wire
 * format and shared by all members that use it. Used on its event loop only, and only during the turn.
 */
public final class WriteBatch {

    private final List<EncodedMessage> encodedMessages;
    private final List<Joined<?>> joined = new ArrayList<>(2);
    private final boolean isVolatile;
    private final boolean selective;

    WriteBatch(List<EncodedMessage> encodedMessages) {
        this(encodedMessages, false);
    }

    /** @param isVolatile whether all of these are volatile messages */
    WriteBatch(List<EncodedMessage> encodedMessages, boolean isVolatile) {
        this.encodedMessages = encodedMessages;
        this.isVolatile = isVolatile;
        boolean kept = false;
        for (EncodedMessage encoded : encodedMessages) {
            kept |= !encoded.delivery.isForAll();
        }
        this.selective = kept;
    }

    /**
     * Returns the joined bytes of this batch in a format. The batch keeps its own reference to them and releases it at the end
     * of the turn.
     *
     * @return null if the format shows no delivery of this batch
     */
    public <T> T joined(WireFormat<T> format) {
        for (int i = 0; i < joined.size(); i++) {
            Joined<?> candidate = joined.get(i);
            if (candidate.format == format) {
                @SuppressWarnings("unchecked")
                T value = (T) candidate.value;
                return value;
            }
        }
        List<byte[]> frames = new ArrayList<>(encodedMessages.size());
        for (EncodedMessage encoded : encodedMessages) {
            byte[] bytes = encoded.bytes(format);
            if (bytes != null) {
                frames.add(bytes);
            }
        }
        T value = frames.isEmpty() ? null : format.join(frames);
        joined.add(new Joined<>(format, value));
        return value;
    }

    /** Returns the deliveries of this batch, for a member that does its own encoding. */
    public List<Delivery> deliveries() {
        List<Delivery> deliveries = new ArrayList<>(encodedMessages.size());
        for (EncodedMessage encoded : encodedMessages) {
            deliveries.add(encoded.delivery);
        }
        return deliveries;
    }

    /** Returns whether this batch has only volatile messages, which a slow member need not receive. */
    public boolean isVolatile() {
        return isVolatile;
    }

    /** Returns the last message of this batch that has a stream position, or null if it has none. */
    public Message last() {
        for (int i = encodedMessages.size() - 1; i >= 0; i--) {
            if (encodedMessages.get(i).delivery instanceof Message message && !message.isVolatile()) {
                return message;
            }
        }
        return null;
    }

    /** Returns the number of deliveries in this batch. */
    public int size() {
        return encodedMessages.size();
    }

    /** Returns this batch without the deliveries that are not for the recipient; this batch itself if all of them are. */
    WriteBatch only(Recipient recipient) {
        if (!selective) {
            return this;
        }
        List<EncodedMessage> rest = new ArrayList<>(encodedMessages.size());
        for (EncodedMessage encoded : encodedMessages) {
            if (encoded.delivery.isFor(recipient)) {
                rest.add(encoded);
            }
        }
        return rest.size() == encodedMessages.size() ? this : new WriteBatch(rest, isVolatile);
    }

    void release() {
        for (Joined<?> each : joined) {
            each.release();
        }
        joined.clear();
    }

    private record Joined<T>(WireFormat<T> format, T value) {
        void release() {
            if (value != null) {
                format.release(value);
            }
        }
    }
}
