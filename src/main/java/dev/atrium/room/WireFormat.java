package dev.atrium.room;

import java.util.List;

/**
 * How one kind of client is written to. There is one instance per format, shared by all members that speak it.
 *
 * @param <T> what an event loop writes to a connection, for example a buffer
 */
public interface WireFormat<T> {

    /**
     * The bytes of a delivery, complete with its framing. Called once per delivery, however many members there are.
     *
     * @return null if clients of this format are not shown such a delivery
     */
    byte[] encode(Delivery delivery);

    /** Several encoded deliveries as one write, shared by all members of one event loop. */
    T join(List<byte[]> encoded);

    /** Called when the last member of the event loop has been handed the joined write. */
    void release(T joined);
}
