package dev.atrium.backplane.redis;

import dev.atrium.backplane.BackplaneUnavailableException;
import dev.atrium.room.Node;
import dev.atrium.room.Position;
import dev.atrium.room.RoomId;
import dev.atrium.room.Subscriber;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The connection on which this replica hears Redis: one channel for each room that has members here, and one for this
 * replica, which carries what is meant for single sessions and the probe.
 */
final class Subscriptions implements RoomSubscription.Reader {

    private static final Logger LOG = Logger.getLogger(Subscriptions.class);

    /** Channels in one SUBSCRIBE when a connection is made again. */
    private static final int CHUNK = 500;

    /** Log reads on their way at once: after an outage ten thousand rooms must not crowd out publications. */
    private static final int MAX_READS = 128;

    private static final long RETRY_MILLIS = 250;

    final LongAdder healed = new LongAdder();
    final LongAdder lost = new LongAdder();

    private final RedisLoop loop;
    private final RedisKeys keys;
    private final String nodeChannel;
    private final RoomLog log;
    private final RedisLink link;
    private final LongConsumer probeHeard;
    private final Runnable hearing;
    private final Map<String, RoomSubscription> rooms = new HashMap<>();
    private final Map<RoomId, RoomSubscription> sessions = new HashMap<>();
    private final ArrayDeque<Runnable> waitingReads = new ArrayDeque<>();
    private int reads;

    /**
     * @param probeHeard hears this replica's own probes
     * @param hearing called when this replica's channel is subscribed to on a new connection
     */
    Subscriptions(Redis redis, RedisLoop loop, RedisKeys keys, Node node, RoomLog log, LongAdder reconnects,
            LongConsumer probeHeard, Runnable hearing) {
        this.loop = loop;
        this.keys = keys;
        this.nodeChannel = keys.node(node.name());
        this.log = log;
        this.probeHeard = probeHeard;
        this.hearing = hearing;
        this.link = new RedisLink("subscription", redis, loop, reconnects,
                connection -> Future.succeededFuture(), this::pushed, this::subscribeAll);
    }

    void start() {
        link.start();
    }

    void close() {
        link.close();
    }

    boolean isUp() {
        return link.isUp();
    }

    /** The rooms with a channel of their own that are subscribed to. On the backplane's event loop only. */
    Collection<RoomSubscription> rooms() {
        return rooms.values();
    }

    void subscribe(RoomId room, Subscriber subscriber) {
        loop.execute(() -> {
            RoomSubscription subscription = new RoomSubscription(room, subscriber, this);
            if (room.isSession()) {
                sessions.put(room, subscription);
                subscription.startAt(Position.originOf(room));
            } else if (!link.isUp()) {
                subscriber.unavailable(BackplaneUnavailableException.notSent("no connection to Redis"));
            } else {
                rooms.put(keys.channel(room), subscription);
                send(Command.SUBSCRIBE, List.of(keys.channel(room)));
            }
        });
    }

    void unsubscribe(RoomId room) {
        loop.execute(() -> {
            if (room.isSession()) {
                sessions.remove(room);
            } else if (rooms.remove(keys.channel(room)) != null && link.isUp()) {
                send(Command.UNSUBSCRIBE, List.of(keys.channel(room)));
            }
        });
    }

    private void subscribeAll() {
        List<String> channels = new ArrayList<>(rooms.size() + 1);
        channels.add(nodeChannel);
        channels.addAll(rooms.keySet());
        rooms.values().forEach(RoomSubscription::unconfirmed);
        for (int i = 0; i < channels.size(); i += CHUNK) {
            send(Command.SUBSCRIBE, channels.subList(i, Math.min(channels.size(), i + CHUNK)));
        }
    }

    private void send(Command command, List<String> channels) {
        Request request = Request.cmd(command);
        channels.forEach(request::arg);
        link.send(request).onFailure(failure ->
                LOG.debugf("%s failed, the next connection makes it good: %s", command, failure.getMessage()));
    }

    private void pushed(Response push) {
        String kind = push.get(0).toString();
        if (kind.equals("message")) {
            received(push.get(1).toString(), push.get(2).toBytes());
        } else if (kind.equals("subscribe")) {
            confirmed(push.get(1).toString());
        }
    }

    private void confirmed(String channel) {
        if (channel.equals(nodeChannel)) {
            hearing.run();
            sessions.values().forEach(RoomSubscription::confirmed);
            return;
        }
        RoomSubscription subscription = rooms.get(channel);
        if (subscription != null) {
            subscription.confirmed();
        }
    }

    private void received(String channel, byte[] bytes) {
        boolean mine = channel.equals(nodeChannel);
        if (mine && bytes[0] == '?') {
            probeHeard.accept(Long.parseLong(new String(bytes, 1, bytes.length - 1, StandardCharsets.US_ASCII)));
            return;
        }
        RoomSubscription subscription = mine ? null : rooms.get(channel);
        if (!mine && subscription == null) {
            return;
        }
        try {
            if (bytes[0] == '!') {
                subscription.received(MessageCodec.decodeNotice(subscription.room, bytes, 1));
                return;
            }
            Published published = Published.decode(mine ? null : subscription.room, bytes);
            RoomSubscription target = mine ? sessions.get(published.message().room()) : subscription;
            if (target != null) {
                target.received(published.message());
            }
        } catch (RuntimeException e) {
            // Something foreign was published on our channel: it must not end the connection for everyone.
            LOG.warnf("Passed over something that is not ours on %s: %s", channel, e.toString());
        }
    }

    @Override
    public void readHead(RoomSubscription subscription) {
        read(subscription, () -> log.head(subscription.room), subscription::head);
    }

    @Override
    public void readAfter(RoomSubscription subscription, Position position) {
        read(subscription, () -> log.after(subscription.room, position), subscription::page);
    }

    private <T> void read(RoomSubscription subscription, Supplier<Future<T>> read, Consumer<T> answer) {
        if (reads == MAX_READS) {
            waitingReads.add(() -> read(subscription, read, answer));
            return;
        }
        reads++;
        read.get().onComplete(result -> loop.run(() -> {
            reads--;
            if (result.succeeded()) {
                answer.accept(result.result());
            } else if (subscription.failed(result.cause())) {
                loop.after(RETRY_MILLIS, () -> read(subscription, read, answer));
            }
            Runnable next = waitingReads.poll();
            if (next != null) {
                next.run();
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
        LOG.warnf("%d messages of a room were lost: its log no longer had them", messages);
    }
}
