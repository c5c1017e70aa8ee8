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
        if (!client.hasJoined() && startsWithReply(in, at, length)) {
            client.joined();
        }
        return false;
    }

    private static boolean startsWithReply(ByteBuf in, int at, int length) {
        if (length < REPLY.length) {
            return false;
        }
        for (int i = 0; i < REPLY.length; i++) {
            if (in.getByte(at + i) != REPLY[i]) {
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
