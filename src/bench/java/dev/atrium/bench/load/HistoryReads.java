package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;

/** Closed loop of clients that read the history: each asks for the next page as soon as it has the last one. */
public final class HistoryReads implements ClientPoolListener {

    private final ClientPool readers;
    private final HistoryDialect dialect;
    private long pages;

    public HistoryReads(ClientPool readers, HistoryDialect dialect) {
        this.readers = readers;
        this.dialect = dialect;
    }

    public void start() throws InterruptedException {
        readers.loop().run(() -> {
            readers.listen(this);
            for (int client = 0; client < readers.plan().clients(); client++) {
                dialect.read(readers.client(client));
            }
        });
    }

    @Override
    public void delivered(Client client, ByteBuf in, int textAt) {
        pages++;
        dialect.read(client);
    }

    /** Number of pages so far. */
    public long pages() throws InterruptedException {
        return readers.loop().call(() -> pages);
    }
}
