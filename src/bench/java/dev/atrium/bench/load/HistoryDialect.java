package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Session protocol of clients that publish, and read pages of their room's history: each page is a delivery. */
public final class HistoryDialect implements Dialect {

    private static final byte[] SENT = "{\"seq\":1,".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PAGE = "{\"seq\":2,".getBytes(StandardCharsets.US_ASCII);

    private final int messages;

    /** @param messages in a page; the clients together publish one each as they connect, and at least so many must */
    public HistoryDialect(int messages) {
        this.messages = messages;
    }

    @Override
    public String path(String room) {
        return "/ws";
    }

    @Override
    public void opened(Client client) {
        client.send("{\"seq\":1,\"cmd\":\"send\",\"params\":{\"room\":\"" + client.room() + "\",\"data\":\""
                + new String(Message.at(0), StandardCharsets.US_ASCII) + "\"}}");
    }

    @Override
    public boolean received(Client client, ByteBuf in, int at, int length) {
        if (!client.hasJoined() && SessionDialect.startsWith(SENT, in, at, length)) {
            client.joined();
        }
        return SessionDialect.startsWith(PAGE, in, at, length);
    }

    /** Asks for the next page. */
    void read(Client client) {
        client.send(
                "{\"seq\":2,\"cmd\":\"history\",\"params\":{\"room\":\"" + client.room() + "\",\"limit\":" + messages + "}}");
    }

    @Override
    public byte[] publication(byte[] text) {
        throw new UnsupportedOperationException("history only");
    }

    @Override
    public int textAt() {
        return 0;
    }
}
