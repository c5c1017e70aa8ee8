package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;

/** How the clients of one kind of server get into a room, and how a message looks to them. */
public interface Dialect {

    /** Path and query of the handshake. */
    String path(String room);

    /** The handshake is answered. */
    void opened(Client client);

    /**
     * A text frame came, whose payload is {@code length} bytes at {@code at}.
     *
     * @return whether it delivers a message
     */
    boolean received(Client client, ByteBuf in, int at, int length);

    /** The text frame that publishes a message to the client's room. */
    byte[] publication(byte[] text);

    /** Where the text begins in the payload of a delivered frame. */
    int textAt();
}
