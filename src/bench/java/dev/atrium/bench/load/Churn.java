package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;

/** Clients that leave their room and join it again, one after the other at a fixed rate, and those that watch it. */
public final class Churn implements ClientPoolListener {

    private final ClientPool watchers;
    private final ClientPool movers;
    private final long interval;
    private final boolean[] away;
    private long next;
    private int mover;
    private long changes;
    private long events;
    private boolean stopped;

    /** @param changesPerSecond joins and leaves together */
    public Churn(ClientPool watchers, ClientPool movers, int changesPerSecond) {
        this.watchers = watchers;
        this.movers = movers;
        this.interval = TimeUnit.SECONDS.toNanos(1) / changesPerSecond;
        this.away = new boolean[movers.plan().clients()];
    }

    public void start() throws InterruptedException {
        watchers.loop().run(() -> {
            watchers.listen(this);
            next = System.nanoTime();
            tick();
        });
    }

    public void stop() throws InterruptedException {
        watchers.loop().run(() -> stopped = true);
    }

    private void tick() {
        for (; next <= System.nanoTime() && !stopped; next += interval) {
            move(movers.client(mover), away[mover] ? "join" : "leave");
            away[mover] = !away[mover];
            mover = (mover + 1) % away.length;
        }
        if (!stopped) {
            watchers.loop().eventLoop().schedule(this::tick, next - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }

    private void move(Client client, String command) {
        changes++;
        client.send("{\"seq\":2,\"cmd\":\"" + command + "\",\"params\":{\"room\":\"" + client.room() + "\"}}");
    }

    @Override
    public void delivered(Client client, ByteBuf in, int textAt) {
        events++;
    }

    /** Number of events that watchers have received so far. */
    public long events() throws InterruptedException {
        return watchers.loop().call(() -> events);
    }

    /** Number of joins and leaves so far. */
    public long changes() throws InterruptedException {
        return watchers.loop().call(() -> changes);
    }
}
