package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;
import java.util.function.UnaryOperator;

/** Plain WebSocket protocol: the URL names the room, and each frame is a message. */
public final class PlainDialect implements Dialect {

    private final UnaryOperator<String> path;

    private PlainDialect(UnaryOperator<String> path) {
        this.path = path;
    }

    public static PlainDialect rooms() {
        return new PlainDialect(room -> "/rooms/" + room);
    }

    public static PlainDialect echo() {
        return new PlainDialect(room -> "/echo");
    }

    @Override
    public String path(String room) {
        return path.apply(room);
    }

    @Override
    public void opened(Client client) {
        client.joined();
    }

    @Override
    public boolean received(Client client, ByteBuf in, int at, int length) {
        // Shorter frames are not messages: Nchan reports the number of receivers to a publisher.
        return length >= Message.LENGTH;
    }

    @Override
    public byte[] publication(byte[] text) {
        return text;
    }

    @Override
    public int textAt() {
        return 0;
    }
}
