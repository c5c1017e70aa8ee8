package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Session protocol: commands with a sequence number. Only joining is measured. */
public final class SessionDialect implements Dialect {

    private static final byte[] REPLY = "{\"seq\":1,".getBytes(StandardCharsets.US_ASCII);

    @Override
    public String path(String room) {
        return "/ws";
    }

    @Override
    public void opened(Client client) {
        client.send("{\"seq\":1,\"cmd\":\"join\",\"params\":{\"room\":\"" + client.room() + "\"}}");
    }

    @Override
    public boolean received(Client client, ByteBuf in, int at, int length) {
        if (!client.hasJoined() && startsWith(REPLY, in, at, length)) {
            client.joined();
        }
        return false;
    }

    /** Returns whether a payload begins with some bytes. */
    static boolean startsWith(byte[] start, ByteBuf in, int at, int length) {
        if (length < start.length) {
            return false;
        }
        for (int i = 0; i < start.length; i++) {
            if (in.getByte(at + i) != start[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public byte[] publication(byte[] text) {
        throw new UnsupportedOperationException("joins only");
    }

    @Override
    public int textAt() {
        throw new UnsupportedOperationException("joins only");
    }
}
