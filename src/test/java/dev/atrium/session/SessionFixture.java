package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.room.Data;
import dev.atrium.room.Delivery;
import dev.atrium.room.History;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Node;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import dev.atrium.room.RoomSource;
import dev.atrium.room.Rooms;
import dev.atrium.room.StreamPosition;
import dev.atrium.room.Subscriber;
import dev.atrium.room.WireFormat;
import dev.atrium.security.Caller;
import dev.atrium.security.Identity;
import dev.atrium.security.TokenBucket;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Sessions on an event loop that the test runs. */
public abstract class SessionFixture {

    static final RoomId LOBBY = RoomId.of("/", "lobby");

    protected static final Caller ANONYMOUS = new Caller(Identity.ANONYMOUS, "192.0.2.1");

    protected final EmbeddedChannel channel = new EmbeddedChannel();
    protected final EventLoop eventLoop = channel.eventLoop();

    /** @param settings names without {@code atrium.}, each followed by its value */
    protected static SessionConfig config(String... settings) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            values.put("atrium." + settings[i], settings[i + 1]);
        }
        return new SmallRyeConfigBuilder().withMapping(SessionConfig.class)
                .withSources(new PropertiesConfigSource(values, "test", 100)).build().getConfigMapping(SessionConfig.class);
    }

    protected static Sessions sessions(String... settings) {
        return new Sessions(new Node("node01"), config(settings));
    }

    protected SessionRequest request(Connection connection) {
        return new SessionRequest(ANONYMOUS, eventLoop, "/", Transport.SESSION, connection, new Text());
    }

    protected void deliverOneMessage(Sessions sessions) {
        Source source = new Source();
        Session member = open(sessions, new Connection(), new Reports());
        new Rooms(source, (message, members) -> {
        }, (message, loops) -> null).join(member, LOBBY, false, null, member::isOpen).await().indefinitely();
        long before = sessions.deliveryLoop(eventLoop).batches();
        source.send("hello");
        turn();
        assertThat(sessions.deliveryLoop(eventLoop).batches()).isEqualTo(before + 1);
    }

    protected Session open(Sessions sessions, Connection connection, Reports reports) {
        return sessions.open(request(connection), (TokenBucket) null, reports);
    }

    protected void turn() {
        channel.runPendingTasks();
    }

    protected void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runPendingTasks();
        // Tasks that were due may have scheduled others.
        channel.runPendingTasks();
    }

    /** Records what the client is sent; the test sets how much its queue accepts. */
    public static final class Connection implements ClientConnection, SendQueue {

        public final List<String> written = new ArrayList<>();
        public final List<String> closes = new ArrayList<>();
        public final List<Long> expiries = new ArrayList<>();
        public int pings;
        public long pending;
        /** How often it was asked for what is pending. */
        public int looks;
        public boolean full;

        @Override
        public SendQueue sendQueue() {
            return this;
        }

        @Override
        public boolean offer(ByteBuf bytes) {
            if (!full) {
                written.add(bytes.toString(StandardCharsets.UTF_8));
            }
            bytes.release();
            return !full;
        }

        @Override
        public long pendingBytes() {
            looks++;
            return pending;
        }

        @Override
        public void ping() {
            pings++;
        }

        @Override
        public void close(CloseReason reason, String detail) {
            closes.add(reason + ": " + detail);
        }

        @Override
        public void expiring(long expires) {
            expiries.add(expires);
        }
    }

    /** Records the ends of sessions, in their order. */
    public static class Reports implements Session.Listener {

        public final List<String> log = new ArrayList<>();

        @Override
        public void closed(Session session, CloseReason reason) {
            log.add("closed " + reason);
        }

        @Override
        public void heartbeatMissed(Session session) {
            log.add("missed");
        }
    }

    /** Writes each delivery as its class and size. */
    public static final class Text extends BytesFormat implements WireFormat<ByteBuf> {

        @Override
        public byte[] encode(Delivery delivery) {
            return (delivery.getClass().getSimpleName() + " " + delivery.size() + ";").getBytes(StandardCharsets.UTF_8);
        }
    }

    /** Source of the lobby, which is subscribed to at once; the test publishes its messages. */
    static final class Source implements RoomSource {

        private long offset;
        private Subscriber subscriber;

        @Override
        public void subscribe(RoomId room, Subscriber added) {
            subscriber = added;
            subscriber.subscribed(new StreamPosition("e", offset));
        }

        @Override
        public void unsubscribe(RoomId room) {
            // The test may publish after the last member has left.
        }

        @Override
        public Uni<History> history(RoomId room, HistoryQuery query) {
            return Uni.createFrom().failure(new IllegalStateException("not asked for"));
        }

        void send(String text) {
            send(new Data.Text(text));
        }

        void sendVolatile(String text) {
            subscriber.volatileMessage(
                    new Publication(LOBBY, "message", new Data.Text(text), null, true).withoutPosition(1));
        }

        void send(Data data) {
            offset++;
            subscriber.message(new Publication(LOBBY, "message", data, null, true).at(new StreamPosition("e", offset), 1));
        }
    }
}
