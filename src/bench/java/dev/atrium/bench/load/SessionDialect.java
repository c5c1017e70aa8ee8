package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Session protocol: commands with a sequence number. Joining is measured, and, of clients that watch who is in their room, each
 * {@code @joined} and {@code @left}, which is a delivery.
 */
public final class SessionDialect implements Dialect {

    private static final byte[] REPLY = "{\"seq\":1,".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] JOINED = "{\"event\":\"@joined\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LEFT = "{\"event\":\"@left\"".getBytes(StandardCharsets.US_ASCII);

    private final boolean watches;

    /** @param watches whether the clients are told who joins and leaves */
    public SessionDialect(boolean watches) {
        this.watches = watches;
    }

    @Override
    public String path(String room) {
        return "/ws";
    }

    @Override
    public void opened(Client client) {
        client.send(
                "{\"seq\":1,\"cmd\":\"join\",\"params\":{\"room\":\"" + client.room() + "\",\"presence\":" + watches + "}}");
    }

    @Override
    public boolean received(Client client, ByteBuf in, int at, int length) {
        if (!client.hasJoined() && startsWith(REPLY, in, at, length)) {
            client.joined();
        }
        return watches && (startsWith(JOINED, in, at, length) || startsWith(LEFT, in, at, length));
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
        return 0;
    }
}
