package dev.atrium.room;

import java.util.List;

/**
 * Encoding of deliveries for one kind of client. There is one instance per format, shared by all members that use it.
 *
 * @param <T> what an event loop writes to a connection, for example a buffer
 */
public interface WireFormat<T> {

    /**
     * Encodes a delivery, complete with its framing. Called once per delivery, however many members there are.
     *
     * @return null if clients of this format do not receive such a delivery
     */
    byte[] encode(Delivery delivery);

    /** Joins several encoded deliveries into one write, shared by all members of one event loop. */
    T join(List<byte[]> encoded);

    /** Called when the last member of the event loop has received the joined write. */
    void release(T joined);
}
