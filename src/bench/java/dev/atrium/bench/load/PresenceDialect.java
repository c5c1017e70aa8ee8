package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Session protocol of clients that watch who is in their room: each {@code @joined} and {@code @left} is a delivery. */
public final class PresenceDialect implements Dialect {

    private static final byte[] REPLY = "{\"seq\":1,".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] JOINED = "{\"event\":\"@joined\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LEFT = "{\"event\":\"@left\"".getBytes(StandardCharsets.US_ASCII);

    @Override
    public String path(String room) {
        return "/ws";
    }

    @Override
    public void opened(Client client) {
        client.send("{\"seq\":1,\"cmd\":\"join\",\"params\":{\"room\":\"" + client.room() + "\",\"presence\":true}}");
    }

    @Override
    public boolean received(Client client, ByteBuf in, int at, int length) {
        if (!client.hasJoined() && SessionDialect.startsWith(REPLY, in, at, length)) {
            client.joined();
        }
        return SessionDialect.startsWith(JOINED, in, at, length) || SessionDialect.startsWith(LEFT, in, at, length);
    }

    @Override
    public byte[] publication(byte[] text) {
        throw new UnsupportedOperationException("presence only");
    }

    @Override
    public int textAt() {
        return 0;
    }
}
