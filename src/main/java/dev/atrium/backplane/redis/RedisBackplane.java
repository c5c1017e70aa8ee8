package dev.atrium.backplane.redis;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.BackplaneConfig;
import dev.atrium.backplane.BackplaneStatus;
import dev.atrium.backplane.BackplaneStatus.Function;
import dev.atrium.backplane.ClusterRpc;
import dev.atrium.backplane.HistoryPolicy;
import dev.atrium.backplane.NoSuchSessionException;
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
import dev.atrium.room.StreamPosition;
import dev.atrium.room.Subscriber;
import io.quarkus.runtime.Quarkus;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Backplane for any number of replicas, through one Redis 6.2 or later. */
public final class RedisBackplane implements Backplane {

    private static final Logger LOG = Logger.getLogger(RedisBackplane.class);

    private final RedisLoop loop;
    private final RedisKeys keys;
    private final ReconnectingConnection commands;
    /** The same as {@link #commands} unless publications wait for replication. */
    private final ReconnectingConnection publications;
    private final ConcurrencyLimiter limiter;
    private final RoomLog log;
    private final RedisPresence presence;
    private final RoomScan roomScan;
    private final Subscriptions subscriptions;
    private final RedisSessions sessions;
    private final ReplicaLeases leases;
    private final SessionIndex sessionIndex;
    private final RpcChannel rpcChannel;
    private final RedisClusterRpc clusterRpc;
    private final Reaper reaper;
    private final ReplicaHeartbeat heartbeat;
    private final RedisHealth health = new RedisHealth();
    private final RedisMemory memory;
    private final RedisClock clock = new RedisClock();
    private final Node node;
    private final HistoryPolicy policy;
    private final long roomTtlMillis;
    private final LongAdder errors = new LongAdder();
    private final LongAdder reconnects = new LongAdder();
    private final RepublishPace republishPace = new RepublishPace();
    private long refreshTimer;
    /** Whether the state of this replica has to be written again; on the loop only. */
    private boolean mustRepublish;

    private RedisBackplane(BackplaneConfig config, HistoryPolicy history, Node node, Vertx vertx, Redis redis, int database) {
        this.node = node;
        this.policy = history;
        this.loop = new RedisLoop(vertx);
        this.keys = new RedisKeys(config.redis().prefix(), database);
        this.roomTtlMillis = config.room().ttl().toMillis();
        this.commands = new ReconnectingConnection("command", redis, loop, reconnects, new CommandListener());
        this.limiter = ConcurrencyLimiter.forBulk(loop);
        this.memory = new RedisMemory(config.redis().maxMemory());
        RedisContext context = new RedisContext(loop, limiter, keys, node,
                new Lease(config.redis().lease(), System::nanoTime), memory);
        this.leases = ReplicaLeases.of(commands, context);
        this.publications = config.redis().acknowledgeReplicas() == 0 ? commands
                : new ReconnectingConnection("publication", redis, loop, reconnects, new PublicationListener());
        this.log = new RoomLog(commands, publications, context, config, history, health);
        this.presence = new RedisPresence(context, commands, log);
        this.roomScan = new RoomScan(commands, loop, keys);
        this.reaper = new Reaper(context, commands, presence, config.resume().window().toMillis());
        this.heartbeat = new ReplicaHeartbeat(commands, context, health);
        this.rpcChannel = new RpcChannel(commands, loop, keys, clock, node.name());
        this.clusterRpc = new RedisClusterRpc(commands, context, rpcChannel);
        this.subscriptions = new Subscriptions(context, redis, reconnects, log, rpcChannel, heartbeat);
        this.sessionIndex = new SessionIndex(context, commands, config.resume().window().toMillis());
        this.sessions = new RedisSessions(context, commands, log, subscriptions, rpcChannel, config);
    }

    /**
     * Starts to connect, and returns at once; until connected, every call fails with
     * {@link dev.atrium.backplane.BackplaneUnavailableException}.
     *
     * @param database number of the database that the client uses
     */
    public static RedisBackplane start(BackplaneConfig config, HistoryPolicy history, Node node, Vertx vertx, Redis redis,
            int database) {
        RedisBackplane backplane = new RedisBackplane(config, history, node, vertx, redis, database);
        Subscriptions subscriptions = backplane.subscriptions;
        backplane.heartbeat.start(backplane::beat, subscriptions.connection::confirm, subscriptions::restart);
        backplane.commands.start();
        if (backplane.publications != backplane.commands) {
            backplane.publications.start();
        }
        subscriptions.start(backplane::handle);
        backplane.refreshTimer = backplane.loop.every(Math.max(1000, backplane.roomTtlMillis / 3), backplane::refreshRooms);
        return backplane;
    }

    @Override
    public Uni<PublishResult> publish(Publication publication) {
        return uni(() -> log.append(publication).onFailure(this::noteRefusal))
                .onItem().ifNull().failWith(NoSuchSessionException::new);
    }

    @Override
    public Uni<Void> publishVolatile(Publication publication) {
        return uni(() -> log.publishVolatile(publication)).map(exists -> {
            if (!exists) {
                throw new NoSuchSessionException();
            }
            return null;
        });
    }

    @Override
    public void subscribe(RoomId room, Subscriber subscriber) {
        subscriptions.subscribe(room, subscriber);
        if (room.isSession()) {
            sessionIndex.add(room);
        }
    }

    @Override
    public void unsubscribe(RoomId room) {
        subscriptions.unsubscribe(room);
        if (room.isSession()) {
            sessionIndex.remove(room);
        }
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
    public Uni<Integer> memberCount(RoomId room) {
        return uni(() -> presence.count(room));
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
        return Uni.createFrom().deferred(() -> {
            AtomicBoolean cancelled = new AtomicBoolean();
            return uni(() -> roomScan.page(namespace, prefix, cursor, limit, cancelled::get))
                    .onCancellation().invoke(() -> cancelled.set(true));
        });
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
        return uni(() -> leases.addressOf(other));
    }

    @Override
    public long currentTimeMillis() {
        return clock.millis();
    }

    @Override
    public BackplaneStatus status() {
        RedisProblems problems = problems();
        boolean receiving = commands.isUp() && subscriptions.connection.isUp() && heartbeat.isReceiving();
        BackplaneStatus.State state = !receiving ? heartbeat.stateWithoutProbes(commands.isUp())
                : problems.all().isEmpty() ? BackplaneStatus.State.RECEIVING : BackplaneStatus.State.REFUSED;
        return new BackplaneStatus("redis", state, problems.detail(), problems.reasons(), heartbeat.roundTripSeconds(),
                errors.sum(), reconnects.sum(), subscriptions.healed.sum(), subscriptions.lost.sum(),
                commands.pending() > 0 || !log.isIdle());
    }

    @Override
    public void close() {
        loop.cancel(refreshTimer);
        heartbeat.stop();
        subscriptions.connection.close();
        if (publications != commands) {
            publications.close();
        }
        commands.close();
    }

    private Future<String> handle(String request) {
        return RedisClusterRpc.isClusterRequest(request) ? clusterRpc.handle(request) : sessions.handle(request);
    }

    private void noteRefusal(Throwable failure) {
        if (failure.getCause() != null) {
            health.failed(Function.PUBLISH, RedisError.of(failure.getCause()));
        }
    }

    private RedisProblems problems() {
        Map<Function, RedisError> problems = new EnumMap<>(Function.class);
        for (Function function : List.of(Function.PUBLISH, Function.LEASE)) {
            ReconnectingConnection connection = function == Function.PUBLISH ? publications : commands;
            RedisError refusal = connection.isUp() ? health.refusal(function) : RedisProblems.unreachable(connection.problem());
            if (refusal != null) {
                problems.put(function, refusal);
            }
        }
        if (!subscriptions.connection.isUp()) {
            problems.put(Function.RECEIVE, RedisProblems.unreachable(subscriptions.connection.problem()));
        } else if (!heartbeat.isReceiving()) {
            problems.put(Function.RECEIVE, new RedisError(BackplaneStatus.SILENT, "no probe of this replica arrives", false));
        }
        return new RedisProblems(problems);
    }

    private static void reconnectIfOutdated(ReconnectingConnection connection, ReconnectingConnection other) {
        if (connection.hasOtherData(other)) {
            connection.restart("to identify the data of Redis again");
        }
    }

    /** @param mayBeLost whether Redis may have lost where the sessions are that were resumed here */
    private void republish(boolean mayBeLost) {
        sessionIndex.republish();
        Future<?> written = sessions.republish().onComplete(done -> presence.republish());
        if (mayBeLost) {
            written.onComplete(done -> subscriptions.readMoved());
        }
    }

    private void beat(boolean expired) {
        mustRepublish |= expired;
        rpcChannel.renewed(expired, this::handle);
        commands.restartUnlessIdentified();
        if (publications != commands) {
            publications.restartUnlessIdentified();
            reconnectIfOutdated(publications, commands);
            reconnectIfOutdated(commands, publications);
            // Redis closes no idle connection, but this client does.
            publications.send(Request.cmd(Command.PING));
        }
        sessions.beat();
        sessionIndex.beat();
        memory.check(commands);
        clock.check(commands);
        commands.send(Request.cmd(Command.SADD).arg(keys.registry()).arg(node.name())).onSuccess(added -> {
            // New, or declared dead while it was cut off, in which case its members were removed.
            boolean unregistered = added.toInteger() == 1;
            // Writes failed on a live connection, because Redis or the command queue was full.
            boolean unpublished = limiter.waiting() == 0 && republishPace
                    .isDue(presence.unpublished || sessions.unpublished || sessionIndex.isUnpublished());
            boolean mayBeLost = mustRepublish || unregistered || sessions.unpublished;
            if (mayBeLost || unpublished) {
                mustRepublish = false;
                republish(mayBeLost);
            }
        });
        reaper.checkLeases();
    }

    /** Extends the expiry of the rooms with members, which keep their stream position however long nothing is published. */
    private void refreshRooms() {
        subscriptions.rooms().forEach(subscription -> refresh(subscription.room));
        subscriptions.moved().forEach(this::refresh);
        subscriptions.messagedSessions().forEach(this::refresh);
        presence.refresh();
    }

    private void refresh(RoomId room) {
        limiter.submit(() -> commands.send(Request.cmd(Command.PEXPIRE).arg(keys.room(room)).arg(log.roomMillis(room)))
                .onFailure(failure -> errors.increment()));
    }

    private <T> Uni<T> uni(Supplier<Future<T>> work) {
        return Uni.createFrom().deferred(() -> UniHelper.toUni(work.get().onFailure(failure -> errors.increment())));
    }

    private Future<String> prepareScripts(RedisConnection opened, RedisServerInfo server) {
        boolean whole = server.durable() && !server.promoted();
        return Script.loadAll(opened).compose(loaded -> opened.send(Script.IDENTIFY.with(keys.server())
                .arg(server.replicationId()).arg(whole ? 1 : 0).arg(StreamPosition.origin().epoch())))
                .map(Response::toString)
                // A full Redis can still be read; publications have to wait.
                .recover(failure -> RedisError.of(failure).refusesOnlyWrites()
                        ? Future.succeededFuture(ReconnectingConnection.UNIDENTIFIED)
                        : Future.failedFuture(failure));
    }

    private final class PublicationListener implements ReconnectingConnection.Listener {

        @Override
        public Future<String> prepare(RedisConnection opened, RedisServerInfo server) {
            return prepareScripts(opened, server);
        }

        @Override
        public void up() {
            // Nothing else would: scripts have just run on it, on a primary.
            publications.confirm();
        }
    }

    private final class CommandListener implements ReconnectingConnection.Listener {

        /** A process takes a while to exit: further attempts meanwhile must not repeat the line. */
        private boolean isExiting;

        @Override
        public Future<String> prepare(RedisConnection opened, RedisServerInfo server) {
            if (server.cluster() && !heartbeat.hasBeaten()) {
                exit();
                return Future.failedFuture("Redis Cluster is not supported");
            }
            subscriptions.follow(server);
            return prepareScripts(opened, server);
        }

        private void exit() {
            if (!isExiting) {
                isExiting = true;
                LOG.error("quarkus.redis.hosts: expected a Redis that is no node of a Redis Cluster, which is not supported");
                Quarkus.asyncExit(1);
            }
        }

        @Override
        public void up() {
            mustRepublish = true;
            presence.suspectLostExits();
            sessions.suspectLostDeletes();
            heartbeat.beat();
        }

        @Override
        public void down() {
            // Redis may come back without the leases before the next beat.
            heartbeat.lost();
        }
    }
}
