package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;

/** Wire protocol of one kind of server: how a client joins a room, and how it publishes and receives messages. */
public interface Dialect {

    /** Path and query of the handshake request. */
    String path(String room);

    /** Called after the handshake succeeded. */
    void opened(Client client);

    /**
     * Handles a text frame whose payload is the {@code length} bytes at index {@code at}.
     *
     * @return whether the frame delivers a message
     */
    boolean received(Client client, ByteBuf in, int at, int length);

    /** Text frame that publishes a message to the client's room. */
    byte[] publication(byte[] text);

    /** Index of the text in the payload of a delivered frame. */
    int textAt();
}
