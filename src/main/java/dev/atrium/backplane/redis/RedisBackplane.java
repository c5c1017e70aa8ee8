package dev.atrium.backplane.redis;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.BackplaneConfig;
import dev.atrium.backplane.BackplaneStatus;
import dev.atrium.room.Node;
import dev.atrium.room.Notice;
import dev.atrium.room.Presence;
import dev.atrium.room.Publication;
import dev.atrium.room.Receipt;
import dev.atrium.room.RoomId;
import dev.atrium.room.Subscriber;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** A backplane for any number of replicas, through one Redis 6.2 or later. */
public final class RedisBackplane implements Backplane {

    private final RedisLoop loop;
    private final RedisKeys keys;
    private final RedisLink commands;
    private final Paced paced;
    private final RoomLog log;
    private final RedisPresence presence;
    private final Subscriptions subscriptions;
    private final Pulse pulse;
    private final long roomTtlMillis;
    private final LongAdder errors = new LongAdder();
    private final LongAdder reconnects = new LongAdder();
    private long refreshTimer;

    private RedisBackplane(BackplaneConfig config, Node node, Vertx vertx, Redis redis) {
        this.loop = new RedisLoop(vertx);
        this.keys = new RedisKeys(config.redis().prefix());
        this.roomTtlMillis = config.room().ttl().toMillis();
        this.commands = new RedisLink("command", redis, loop, reconnects,
                RedisBackplane::loadScripts, push -> { }, this::commandsUp, () -> { });
        this.paced = new Paced(loop);
        this.log = new RoomLog(commands, keys, config);
        this.presence = new RedisPresence(commands, loop, paced, keys, node.name(), roomTtlMillis);
        this.pulse = new Pulse(commands, loop, keys.lease(node.name()), keys.node(node.name()),
                config.redis().lease(), this::deaf);
        this.subscriptions = new Subscriptions(
                redis, loop, paced, keys, node, log, reconnects, pulse::heard, pulse::beat);
    }

    /** Begins to connect, and returns at once; until it has, everything fails with "unavailable". */
    public static RedisBackplane start(BackplaneConfig config, Node node, Vertx vertx, Redis redis) {
        RedisBackplane backplane = new RedisBackplane(config, node, vertx, redis);
        backplane.commands.start();
        backplane.subscriptions.start();
        backplane.pulse.start();
        backplane.refreshTimer = backplane.loop.every(
                Math.max(1000, backplane.roomTtlMillis / 3), backplane::refreshRooms);
        return backplane;
    }

    @Override
    public Uni<Receipt> publish(Publication publication) {
        return uni(() -> log.append(publication));
    }

    @Override
    public void subscribe(RoomId room, Subscriber subscriber) {
        subscriptions.subscribe(room, subscriber);
    }

    @Override
    public void unsubscribe(RoomId room) {
        subscriptions.unsubscribe(room);
    }

    @Override
    public Uni<Void> enter(RoomId room, Presence who) {
        return uni(() -> presence.enter(room, who));
    }

    @Override
    public Uni<Void> exit(RoomId room, String sessionId) {
        return uni(() -> presence.exit(room, sessionId));
    }

    @Override
    public Uni<List<Presence>> members(RoomId room) {
        return uni(() -> presence.members(room));
    }

    @Override
    public Uni<Void> announce(Notice notice) {
        Buffer bytes = Buffer.buffer("!").appendBytes(MessageCodec.encode(notice));
        return uni(() -> commands.send(Request.cmd(Command.PUBLISH).arg(keys.channel(notice.room())).arg(bytes))
                .<Void>mapEmpty());
    }

    @Override
    public BackplaneStatus status() {
        boolean hearing = commands.isUp() && subscriptions.isUp() && pulse.isHearing();
        String detail = hearing ? "publishes to Redis and hears itself"
                : "commands " + (commands.isUp() ? "up" : "down") + ", subscription "
                        + (!subscriptions.isUp() ? "down" : pulse.isHearing() ? "up" : "silent");
        return new BackplaneStatus("redis", hearing, detail, pulse.roundTripSeconds(), errors.sum(), reconnects.sum(),
                subscriptions.healed.sum(), subscriptions.lost.sum());
    }

    @Override
    public void close() {
        loop.cancel(refreshTimer);
        pulse.stop();
        subscriptions.close();
        commands.close();
    }

    private void commandsUp() {
        presence.sayAgain();
        pulse.beat();
    }

    /** A room with members keeps its place even if nobody speaks in it for longer than rooms that nobody uses are kept. */
    private void refreshRooms() {
        for (RoomSubscription subscription : subscriptions.rooms()) {
            paced.submit(() -> commands.send(
                    Request.cmd(Command.PEXPIRE).arg(keys.room(subscription.room)).arg(roomTtlMillis))
                    .onFailure(failure -> errors.increment()));
        }
        presence.refresh();
    }

    private void deaf() {
        subscriptions.restart();
    }

    private static Future<?> loadScripts(RedisConnection connection) {
        return connection.send(Script.PUBLISH.load()).compose(loaded -> connection.send(Script.READ.load()));
    }

    private <T> Uni<T> uni(Supplier<Future<T>> work) {
        return Uni.createFrom().deferred(() -> UniHelper.toUni(work.get().onFailure(failure -> errors.increment())));
    }
}
