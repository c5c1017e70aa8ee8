package dev.atrium.backplane.redis;

import dev.atrium.backplane.BackplaneUnavailableException;
import dev.atrium.room.Message;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import dev.atrium.room.Subscriber;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Subscriptions of this replica, on one connection to Redis: one channel for each room that has members here, and one for this
 * replica, which carries the messages to single sessions, the requests of other replicas, and the probe.
 */
final class Subscriptions implements RoomSubscription.Reader, ReconnectingConnection.Listener {

    private static final Logger LOG = Logger.getLogger(Subscriptions.class);

    /** Channels per SUBSCRIBE when a connection is made again. */
    private static final int CHUNK = 500;

    private static final long RETRY_MILLIS = 250;

    private static final long RESUME_CHECK_MILLIS = 10;

    final LongAdder healed = new LongAdder();
    final LongAdder lost = new LongAdder();
    final ReconnectingConnection connection;

    private final RedisLoop loop;
    private final RedisKeys keys;
    private final String nodeChannel;
    private final RoomLog log;
    private final ReplicaHeartbeat heartbeat;
    private final Map<String, RoomSubscription> rooms = new HashMap<>();
    private final Map<RoomId, RoomSubscription> sessions = new HashMap<>();
    /** Rooms of the sessions that were resumed here, each with the tokens of the connections that have resumed it. */
    private final Map<RoomId, Set<String>> moved = new HashMap<>();
    /** Reads of rooms whose event loops are behind. */
    private final Queue<WaitingRead> waiting = new ArrayDeque<>();
    /** Their own: reads do not wait behind the writes of everything that Redis has lost. */
    private final ConcurrencyLimiter reads;
    private final RpcChannel rpc;
    /** Set before the first connection. */
    private Function<String, Future<String>> handler;
    private boolean paused;
    /** Replication id of the server that the connection was made to. */
    private String serverId = "";
    private String pattern;
    private BiConsumer<String, byte[]> patternListener;

    /** @param heartbeat receives this replica's own probes */
    Subscriptions(RedisContext context, Redis redis, LongAdder reconnects, RoomLog log, RpcChannel rpc,
            ReplicaHeartbeat heartbeat) {
        this.loop = context.loop();
        this.reads = ConcurrencyLimiter.forBulk(loop);
        this.keys = context.keys();
        this.nodeChannel = keys.node(context.node().name());
        this.log = log;
        this.rpc = rpc;
        this.heartbeat = heartbeat;
        this.connection = new ReconnectingConnection("subscription", redis, loop, reconnects, this);
    }

    /** @param requestHandler handler of other replicas' requests */
    void start(Function<String, Future<String>> requestHandler) {
        handler = requestHandler;
        connection.start();
    }

    /** Receives what any program publishes on the channels of that pattern. */
    void listen(String newPattern, BiConsumer<String, byte[]> listener) {
        loop.execute(() -> {
            pattern = newPattern;
            patternListener = listener;
            if (connection.isUp()) {
                send(Command.PSUBSCRIBE, List.of(pattern));
            }
        });
    }

    /** Returns the subscriptions of rooms with a channel of their own. On the backplane's event loop only. */
    Collection<RoomSubscription> rooms() {
        return rooms.values();
    }

    /** Announces that a session that began on another replica is resumed here. On the backplane's event loop. */
    void expectMoved(RoomId session, String token) {
        moved.computeIfAbsent(session, room -> new HashSet<>(2)).add(token);
    }

    /** Withdraws {@link #expectMoved}: the session is not resumed after all, or has ended. On the backplane's event loop. */
    void withdrawMove(RoomId session, String token) {
        moved.computeIfPresent(session, (room, tokens) -> tokens.remove(token) && tokens.isEmpty() ? null : tokens);
    }

    /** Returns whether the session began on another replica. On the backplane's event loop. */
    boolean isMoved(RoomId session) {
        return moved.containsKey(session);
    }

    /** Returns the sessions resumed here, whose channel has to be claimed in Redis. On the backplane's event loop. */
    List<RoomId> moved() {
        return List.copyOf(moved.keySet());
    }

    /**
     * Reads what was published to the sessions resumed here: Redis may have lost where they are, and what was published before
     * that was written again went to the replica where they began. On the backplane's event loop.
     */
    void readMoved() {
        if (connection.isUp()) {
            moved.keySet().stream().map(sessions::get).filter(each -> each != null && each.isStarted())
                    .forEach(RoomSubscription::confirmed);
        }
    }

    /** Returns the sessions of this replica that were sent messages of their own. On the backplane's event loop. */
    List<RoomId> messagedSessions() {
        return sessions.values().stream().filter(RoomSubscription::hasMessages).map(each -> each.room).toList();
    }

    void subscribe(RoomId room, Subscriber subscriber) {
        loop.execute(() -> {
            RoomSubscription subscription = new RoomSubscription(room, subscriber, this);
            if (room.isSession() && !moved.containsKey(room)) {
                sessions.put(room, subscription);
                // The session id is new, so nothing was published to it yet; the first publisher creates the epoch.
                subscription.startAt(StreamPosition.START);
            } else if (!connection.isUp()) {
                subscriber.unavailable(BackplaneUnavailableException.notSent("no connection to Redis"));
            } else if (room.isSession()) {
                sessions.put(room, subscription);
                // This replica's channel is subscribed to already.
                subscription.confirmed();
            } else {
                rooms.put(keys.channel(room), subscription);
                send(Command.SUBSCRIBE, List.of(keys.channel(room)));
            }
        });
    }

    void unsubscribe(RoomId room) {
        loop.execute(() -> {
            RoomSubscription gone = room.isSession() ? sessions.remove(room) : rooms.remove(keys.channel(room));
            if (gone != null) {
                gone.unconfirmed();
                if (!room.isSession() && connection.isUp()) {
                    send(Command.UNSUBSCRIBE, List.of(keys.channel(room)));
                }
            }
        });
    }

    /** Restarts the connection: it is up, but nothing arrives through it. */
    void restart() {
        if (!paused) {
            connection.restart("no probe of this replica has arrived through it");
        }
    }

    /**
     * Follows the commands to another primary. The former one may go on as its replica, and has not received what the new one
     * published before that. On the backplane's event loop.
     */
    void follow(RedisServerInfo primary) {
        if (!primary.replicationId().equals(serverId)) {
            connection.restart("Redis has another primary");
        }
    }

    /** Fails the subscriptions that wait for their first confirmation: they would wait for the whole outage. */
    @Override
    public void down() {
        failUnstarted(rooms);
        failUnstarted(sessions);
        rooms.values().forEach(RoomSubscription::unconfirmed);
        sessions.values().forEach(RoomSubscription::unconfirmed);
    }

    private static void failUnstarted(Map<?, RoomSubscription> subscriptions) {
        List<RoomSubscription> unstarted = subscriptions.values().stream().filter(each -> !each.isStarted()).toList();
        subscriptions.values().removeAll(unstarted);
        unstarted.forEach(each -> each.subscriber.unavailable(
                BackplaneUnavailableException.notSent("the connection to Redis broke")));
    }

    @Override
    public void up() {
        if (pattern != null) {
            send(Command.PSUBSCRIBE, List.of(pattern));
        }
        List<String> channels = new ArrayList<>(rooms.size() + 1);
        channels.add(nodeChannel);
        channels.addAll(rooms.keySet());
        for (int i = 0; i < channels.size(); i += CHUNK) {
            send(Command.SUBSCRIBE, channels.subList(i, Math.min(channels.size(), i + CHUNK)));
        }
        if (paused) {
            // The former connection was, and has ended because nothing was read: this one would be read without a bound.
            connection.pause();
        }
    }

    private void send(Command command, List<String> channels) {
        Request request = Request.cmd(command);
        channels.forEach(request::arg);
        connection.send(request).onFailure(failure -> connection.restart(command + " failed: " + failure.getMessage()));
    }

    @Override
    public Future<String> prepare(RedisConnection opened, RedisServerInfo server) {
        serverId = server.replicationId();
        // No PING: a Redis that cannot write to its disk refuses it.
        return Future.succeededFuture("");
    }

    @Override
    public void received(Response push) {
        if (push == null || push.type() == ResponseType.ERROR) {
            connection.restart("Redis rejected a command: " + push);
            return;
        }
        String kind = push.get(0).toString();
        if (kind.equals("message")) {
            received(push.get(1).toString(), push.get(2).toBytes());
        } else if (kind.equals("pmessage")) {
            receivedOnPattern(push.get(2).toString(), push.get(3).toBytes());
        } else if (kind.equals("subscribe")) {
            confirmed(push.get(1).toString());
        }
    }

    private void receivedOnPattern(String channel, byte[] bytes) {
        try {
            patternListener.accept(channel, bytes);
        } catch (RuntimeException e) {
            LOG.warnf("A message of another program cannot be read and is skipped: channel %s: %s", channel, e.toString());
        }
    }

    private void confirmed(String channel) {
        if (channel.equals(nodeChannel)) {
            heartbeat.beat();
            sessions.values().forEach(RoomSubscription::confirmed);
            return;
        }
        RoomSubscription subscription = rooms.get(channel);
        if (subscription != null) {
            subscription.confirmed();
        }
    }

    private void received(String channel, byte[] bytes) {
        try {
            if (channel.equals(nodeChannel)) {
                receivedByNode(bytes);
                return;
            }
            RoomSubscription subscription = rooms.get(channel);
            if (subscription == null) {
                return;
            }
            if (bytes[0] == '!') {
                subscription.received(MessageCodec.decodePresenceEvent(subscription.room, bytes, 1));
            } else {
                subscription.received(PublishedMessage.decode(subscription.room, bytes));
            }
            pauseIfBehind(subscription);
        } catch (RuntimeException e) {
            // A foreign message on the channel: an exception here must not end the connection, which all rooms share.
            LOG.warnf("A message is not in Atrium's format and is skipped; another program may publish on Atrium's channels: "
                    + "channel %s: %s", channel, e.toString());
        }
    }

    private void receivedByNode(byte[] bytes) {
        switch (bytes[0]) {
            case '?' ->
                heartbeat.probeReceived(Long.parseLong(new String(bytes, 1, bytes.length - 1, StandardCharsets.US_ASCII)));
            case RpcChannel.REQUEST -> rpc.requestReceived(bytes, handler);
            case RpcChannel.REPLY -> rpc.replyReceived(bytes);
            default -> {
                Message message = PublishedMessage.decode(null, bytes);
                RoomSubscription session = sessions.get(message.room());
                if (session != null) {
                    session.received(message);
                    pauseIfBehind(session);
                }
            }
        }
    }

    /** Pauses reading while this replica's event loops deliver more slowly than Redis publishes: the backlog waits in Redis. */
    private void pauseIfBehind(RoomSubscription subscription) {
        if (subscription.subscriber.isBehind() && !paused) {
            paused = true;
            connection.pause();
            loop.after(RESUME_CHECK_MILLIS, () -> resumeUnlessBehind(subscription));
        }
    }

    private void resumeUnlessBehind(RoomSubscription subscription) {
        if (subscription.subscriber.isBehind()) {
            loop.after(RESUME_CHECK_MILLIS, () -> resumeUnlessBehind(subscription));
        } else {
            paused = false;
            connection.resume();
        }
    }

    @Override
    public void readHead(RoomSubscription subscription, int number) {
        reads.submit(
                () -> read(subscription, number, () -> log.head(subscription.room), head -> subscription.head(number, head)));
    }

    @Override
    public void readAfter(RoomSubscription subscription, int number, StreamPosition position) {
        reads.submit(() -> {
            if (!subscription.subscriber.isBehind()) {
                return read(subscription, number, () -> log.after(subscription.room, position),
                        page -> subscription.page(number, page));
            }
            // Asked when its turn has come: a thousand rooms may have been confirmed at once, before any of them was read. The
            // rest stays in Redis until what was read is delivered.
            if (waiting.isEmpty()) {
                loop.after(RESUME_CHECK_MILLIS, this::readWaiting);
            }
            waiting.add(new WaitingRead(subscription, number, position));
            return Future.succeededFuture();
        });
    }

    private record WaitingRead(RoomSubscription subscription, int number, StreamPosition position) {
    }

    /** One timer for all, and some of them at a time. */
    private void readWaiting() {
        for (int i = Math.min(waiting.size(), CHUNK); i > 0; i--) {
            WaitingRead next = waiting.poll();
            if (next.subscription.subscriber.isBehind()) {
                waiting.add(next);
            } else if (next.subscription.isAwaited(next.number)) {
                readAfter(next.subscription, next.number, next.position);
            }
        }
        if (!waiting.isEmpty()) {
            loop.after(RESUME_CHECK_MILLIS, this::readWaiting);
        }
    }

    private <T> Future<T> read(RoomSubscription subscription, int number, Supplier<Future<T>> read, Consumer<T> reply) {
        return read.get().onComplete(result -> loop.run(() -> {
            if (result.succeeded()) {
                reply.accept(result.result());
            } else if (subscription.failed(number, result.cause())) {
                loop.after(RETRY_MILLIS, () -> reads.submit(() -> read(subscription, number, read, reply)));
            }
        }));
    }

    @Override
    public void healed(int messages) {
        healed.add(messages);
    }

    @Override
    public void lost(long messages) {
        lost.add(messages);
        LOG.warnf("Messages of a room were lost, because its log in Redis no longer had them; raise atrium.redis.log-size or "
                + "atrium.redis.log-ttl if this repeats: %d", messages);
    }
}
