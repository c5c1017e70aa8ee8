package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** All clients of one server. Its state belongs to the load loop. */
public final class ClientPool implements AutoCloseable {

    /** Maximum number of handshakes in flight while connecting is not measured. */
    public static final int GENTLY = 200;

    private static final int MOST_IN_A_TURN = 8;

    private static final ClientPoolListener NO_LISTENER = new ClientPoolListener() {
    };

    private final LoadLoop loop;
    private final Dialect dialect;
    private final RoomPlan plan;
    private final int port;
    private final List<Client> clients = new ArrayList<>();
    private final IntPredicate slow;
    private ClientPoolListener listener = NO_LISTENER;
    private volatile boolean stalled;
    private int underWay;
    private int window;
    /** Written on the load loop only; read by the workload. */
    private volatile int joined;
    private volatile int failed;
    private volatile int lost;
    private volatile String failure;

    /** @param slow selects the clients that will stop reading; their kernel buffers are small */
    public ClientPool(LoadLoop loop, Dialect dialect, RoomPlan plan, int port, IntPredicate slow) {
        this.loop = loop;
        this.dialect = dialect;
        this.plan = plan;
        this.port = port;
        this.slow = slow;
    }

    public ClientPool(LoadLoop loop, Dialect dialect, RoomPlan plan, int port) {
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
     * Opens all clients, with at most {@code handshakes} in flight.
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

    /**
     * Opens all clients, for a workload that needs every one of them.
     *
     * @throws IllegalStateException if not all joined in time
     */
    public void connectAll() throws InterruptedException {
        if (!connect(GENTLY, Duration.ofSeconds(60))) {
            throw new IllegalStateException(joined + " of " + plan.clients() + " clients joined"
                    + (failure == null ? "" : "; " + failure));
        }
    }

    /** Replaces the listener. On the load loop. */
    void listen(ClientPoolListener next) {
        listener = next;
    }

    public void listenTo(ClientPoolListener next) throws InterruptedException {
        loop.run(() -> listen(next));
    }

    Client client(int index) {
        return clients.get(index);
    }

    /** Makes the slow clients stop reading; from now on their deliveries are not expected. */
    public void stall() throws InterruptedException {
        loop.run(() -> {
            stalled = true;
            clients.stream().filter(Client::isSlow).forEach(Client::stall);
        });
    }

    /** Number of members of each room that read now. */
    public int[] hearers() {
        return stalled ? steady() : IntStream.range(0, plan.rooms()).map(plan::members).toArray();
    }

    /** Number of members of each room that never stop reading. */
    int[] steady() {
        int[] steady = new int[plan.rooms()];
        IntStream.range(0, plan.clients()).filter(slow.negate()).forEach(client -> steady[plan.room(client)]++);
        return steady;
    }

    /** Number of clients that are in their rooms. */
    public int joinedCount() {
        return joined;
    }

    /**
     * Checks that the server has closed no connection: a workload that loses members measures something else.
     *
     * @throws IllegalStateException if connections were lost
     */
    public void requireWhole() {
        if (lost > 0) {
            throw new IllegalStateException("the server ended " + lost + " connections; first: " + failure);
        }
    }

    /**
     * Opens a few connections per turn of the load loop: a thousand connects in one turn would delay the timestamps of other
     * clients.
     */
    private void openMore() {
        for (int i = 0; clients.size() < plan.clients() && underWay < window; i++) {
            if (i == MOST_IN_A_TURN) {
                loop.eventLoop().execute(this::openMore);
                return;
            }
            underWay++;
            Client client = new Client(this, dialect, clients.size(), slow.test(clients.size()));
            clients.add(client);
            loop.open(client, port).addListener(done -> {
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
        if (!stalled || !client.isSlow()) {
            listener.delivered(client, in, textAt);
        }
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
            listener = NO_LISTENER;
            clients.forEach(Client::reset);
        });
    }
}
