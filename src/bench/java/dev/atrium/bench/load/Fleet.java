package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;

/** All clients of one server. Its state belongs to the load loop. */
public final class Fleet implements AutoCloseable {

    /** Handshakes under way while a fleet is built in peace. */
    public static final int GENTLY = 200;

    private static final FleetListener NOBODY = new FleetListener() { };

    private final LoadLoop loop;
    private final Dialect dialect;
    private final RoomPlan plan;
    private final int port;
    private final List<Client> clients = new ArrayList<>();
    private final IntPredicate narrow;
    private FleetListener listener = NOBODY;
    private int underWay;
    private int window;
    /** Written on the load loop only, read by the workload. */
    private volatile int joined;
    private volatile int failed;
    private volatile int lost;
    private volatile String failure;

    /** @param narrow the clients for which the kernel may hold only little */
    public Fleet(LoadLoop loop, Dialect dialect, RoomPlan plan, int port, IntPredicate narrow) {
        this.loop = loop;
        this.dialect = dialect;
        this.plan = plan;
        this.port = port;
        this.narrow = narrow;
    }

    public Fleet(LoadLoop loop, Dialect dialect, RoomPlan plan, int port) {
        this(loop, dialect, plan, port, client -> false);
    }

    public RoomPlan plan() {
        return plan;
    }

    public LoadLoop loop() {
        return loop;
    }

    int port() {
        return port;
    }

    Dialect dialect() {
        return dialect;
    }

    /**
     * Opens every client, with at most {@code handshakes} unanswered.
     *
     * @return whether all joined in time
     */
    public boolean connect(int handshakes, Duration limit) throws InterruptedException {
        loop.run(() -> {
            window = handshakes;
            openMore();
        });
        long end = System.nanoTime() + limit.toNanos();
        while (joined < plan.clients() && failed == 0 && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(2);
        }
        return joined == plan.clients();
    }

    /** The same for a workload that has no sense without all of them. */
    public void connectAll() throws InterruptedException {
        if (!connect(GENTLY, Duration.ofSeconds(60))) {
            throw new IllegalStateException(joined + " of " + plan.clients() + " clients joined"
                    + (failure == null ? "" : "; " + failure));
        }
    }

    /** Replaces whoever heard of these clients before. On the load loop. */
    void listen(FleetListener next) {
        listener = next;
    }

    public void listenTo(FleetListener next) throws InterruptedException {
        loop.run(() -> listen(next));
    }

    Client client(int index) {
        return clients.get(index);
    }

    public void stall(IntPredicate which) throws InterruptedException {
        loop.run(() -> clients.stream().filter(client -> which.test(client.index())).forEach(Client::stall));
    }

    /** Clients in their rooms. */
    public int joinedCount() {
        return joined;
    }

    /** Clients whose open connection the server has ended. */
    public int lostCount() {
        return lost;
    }

    /** A workload whose members vanish has measured something else. */
    public void requireWhole() {
        if (lost > 0) {
            throw new IllegalStateException("the server ended " + lost + " connections; first: " + failure);
        }
    }

    private void openMore() {
        while (clients.size() < plan.clients() && underWay < window) {
            underWay++;
            Client client = new Client(this, dialect, clients.size());
            clients.add(client);
            loop.open(client, port, narrow.test(client.index())).addListener(done -> {
                if (!done.isSuccess()) {
                    client.fail(done.cause().toString());
                }
            });
        }
    }

    void opened() {
        underWay--;
        openMore();
    }

    void joined(Client client) {
        joined++;
        listener.joined(client);
    }

    void delivered(Client client, ByteBuf in, int textAt) {
        listener.delivered(client, in, textAt);
    }

    void failed(boolean opened, String reason) {
        failed++;
        if (opened) {
            lost++;
        }
        if (failure == null) {
            failure = reason;
        }
    }

    @Override
    public void close() throws InterruptedException {
        loop.run(() -> {
            listener = NOBODY;
            clients.forEach(Client::reset);
        });
    }
}
