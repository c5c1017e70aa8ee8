package dev.atrium.backplane.redis;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.BackplaneConfig;
import dev.atrium.backplane.BackplaneStatus;
import dev.atrium.backplane.ClusterRpc;
import dev.atrium.backplane.HistoryPolicy;
import dev.atrium.backplane.SessionStore;
import dev.atrium.room.History;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Node;
import dev.atrium.room.Presence;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.RoomPage;
import dev.atrium.room.Sender;
import dev.atrium.room.Subscriber;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** Backplane for any number of replicas, through one Redis 6.2 or later. */
public final class RedisBackplane implements Backplane {

    private final RedisLoop loop;
    private final RedisKeys keys;
    private final ReconnectingConnection commands;
    private final ConcurrencyLimiter limiter;
    private final RoomLog log;
    private final RedisPresence presence;
    private final Subscriptions subscriptions;
    private final RedisSessions sessions;
    private final RedisClusterRpc clusterRpc;
    private final Reaper reaper;
    private final ReplicaHeartbeat heartbeat;
    private final Node node;
    private final HistoryPolicy policy;
    private final long roomTtlMillis;
    private final LongAdder errors = new LongAdder();
    private final LongAdder reconnects = new LongAdder();
    private long refreshTimer;

    private RedisBackplane(BackplaneConfig config, HistoryPolicy history, Node node, Vertx vertx, Redis redis) {
        this.node = node;
        this.policy = history;
        this.loop = new RedisLoop(vertx);
        this.keys = new RedisKeys(config.redis().prefix());
        this.roomTtlMillis = config.room().ttl().toMillis();
        this.commands = new ReconnectingConnection("command", redis, loop, reconnects, new CommandListener());
        this.limiter = new ConcurrencyLimiter(loop);
        RedisContext context = new RedisContext(loop, limiter, keys, node);
        this.log = new RoomLog(commands, keys, config, history);
        this.presence = new RedisPresence(context, commands, log);
        this.reaper = new Reaper(commands, presence, limiter, keys, node.name(), config.resume().window().toMillis());
        this.heartbeat = new ReplicaHeartbeat(commands, context, config.redis().lease());
        RpcChannel rpcChannel = new RpcChannel(commands, loop, keys, node.name());
        this.clusterRpc = new RedisClusterRpc(commands, loop, keys, rpcChannel);
        this.subscriptions = new Subscriptions(context, redis, reconnects, log, rpcChannel, heartbeat);
        this.sessions = new RedisSessions(context, commands, log, subscriptions, rpcChannel, config);
    }

    /**
     * Starts to connect, and returns at once; until connected, every call fails with
     * {@link dev.atrium.backplane.BackplaneUnavailableException}.
     */
    public static RedisBackplane start(BackplaneConfig config, HistoryPolicy history, Node node, Vertx vertx,
            Redis redis) {
        RedisBackplane backplane = new RedisBackplane(config, history, node, vertx, redis);
        backplane.heartbeat.start(backplane::beat, backplane.subscriptions::restart);
        backplane.commands.start();
        backplane.subscriptions.start(request -> RedisClusterRpc.isClusterRequest(request)
                ? backplane.clusterRpc.handle(request)
                : backplane.sessions.handle(request));
        backplane.refreshTimer = backplane.loop.every(
                Math.max(1000, backplane.roomTtlMillis / 3), backplane::refreshRooms);
        return backplane;
    }

    @Override
    public Uni<PublishResult> publish(Publication publication) {
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
    public Uni<Void> enter(RoomId room, Presence member) {
        return uni(() -> presence.enter(room, member));
    }

    @Override
    public Uni<Void> exit(RoomId room, Sender member) {
        return uni(() -> presence.exit(room, member));
    }

    @Override
    public Uni<List<Presence>> members(RoomId room) {
        return uni(() -> presence.members(room));
    }

    @Override
    public Uni<History> history(RoomId room, HistoryQuery query) {
        return uni(() -> log.history(room, query));
    }

    @Override
    public HistoryPolicy.Limit historyLimit(String namespace) {
        return policy.of(namespace);
    }

    @Override
    public Uni<RoomPage> rooms(String namespace, String prefix, String cursor, int limit) {
        return uni(() -> RoomScan.page(commands, keys, namespace, prefix, cursor, limit));
    }

    @Override
    public SessionStore sessions() {
        return sessions;
    }

    @Override
    public ClusterRpc clusterRpc() {
        return clusterRpc;
    }

    @Override
    public void listen(String pattern, BiConsumer<String, byte[]> listener) {
        subscriptions.listen(pattern, listener);
    }

    @Override
    public void announce(String address) {
        heartbeat.announce(address);
    }

    @Override
    public Uni<String> addressOf(String other) {
        return uni(() -> commands.send(Request.cmd(Command.GET).arg(keys.lease(other)))
                .map(address -> address == null || address.toString().equals(ReplicaHeartbeat.NO_ADDRESS) ? null
                        : address.toString()));
    }

    @Override
    public BackplaneStatus status() {
        BackplaneStatus.State state = commands.isUp() && subscriptions.isUp() && heartbeat.isReceiving()
                ? BackplaneStatus.State.RECEIVING
                : heartbeat.stateWithoutProbes(commands.isUp());
        String detail = state == BackplaneStatus.State.RECEIVING ? "publishes to Redis and receives its own probes"
                : "commands " + (commands.isUp() ? "up" : "down") + ", subscription "
                        + (!subscriptions.isUp() ? "down" : heartbeat.isReceiving() ? "up" : "silent");
        return new BackplaneStatus("redis", state, detail, heartbeat.roundTripSeconds(), errors.sum(), reconnects.sum(),
                subscriptions.healed.sum(), subscriptions.lost.sum(), commands.pending());
    }

    @Override
    public void close() {
        loop.cancel(refreshTimer);
        heartbeat.stop();
        subscriptions.close();
        commands.close();
    }

    private void republish() {
        presence.republish();
        sessions.republish();
    }

    private void beat() {
        sessions.beat();
        commands.send(Request.cmd(Command.SADD).arg(keys.registry()).arg(node.name())).onSuccess(added -> {
            // New, or declared dead while it was cut off, in which case its members were removed.
            boolean unregistered = added.toInteger() == 1;
            // Writes failed on a live connection, because Redis or the command queue was full.
            boolean unpublished = limiter.isIdle() && (presence.isUnpublished() || sessions.isUnpublished());
            if (unregistered || unpublished) {
                republish();
            }
        });
        reaper.checkLeases();
    }

    /**
     * Extends the expiry of the rooms with members, which keep their stream position however long nothing is published in them.
     */
    private void refreshRooms() {
        subscriptions.rooms().forEach(subscription -> refresh(subscription.room));
        subscriptions.moved().forEach(this::refresh);
        presence.refresh();
    }

    private void refresh(RoomId room) {
        limiter.submit(() -> commands.send(Request.cmd(Command.PEXPIRE).arg(keys.room(room)).arg(log.roomMillis(room)))
                .onFailure(failure -> errors.increment()));
    }

    private <T> Uni<T> uni(Supplier<Future<T>> work) {
        return Uni.createFrom().deferred(() -> UniHelper.toUni(work.get().onFailure(failure -> errors.increment())));
    }

    private final class CommandListener implements ReconnectingConnection.Listener {

        @Override
        public Future<?> prepare(RedisConnection opened) {
            return Script.loadAll(opened);
        }

        @Override
        public void up() {
            republish();
            heartbeat.beat();
        }
    }
}
