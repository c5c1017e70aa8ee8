package dev.atrium.backplane.redis;

import dev.atrium.backplane.ClusterRpc;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Request/reply channel to all replicas, over {@link RpcChannel}. */
final class RedisClusterRpc implements ClusterRpc {

    /** First character of these requests; other kinds begin with another one. */
    private static final char PREFIX = '#';

    private final ReconnectingConnection commands;
    private final RedisLoop loop;
    private final RedisKeys keys;
    private final ReplicaLeases leases;
    private final RpcChannel channel;
    private volatile Function<String, Uni<String>> handler;

    RedisClusterRpc(ReconnectingConnection commands, RedisContext context, RpcChannel channel) {
        this.commands = commands;
        this.loop = context.loop();
        this.keys = context.keys();
        this.leases = ReplicaLeases.of(commands, context);
        this.channel = channel;
    }

    static boolean isClusterRequest(String request) {
        return request.charAt(0) == PREFIX;
    }

    @Override
    public void serve(Function<String, Uni<String>> newHandler) {
        handler = newHandler;
    }

    @Override
    public Uni<Acks> callAll(String request, Duration timeout) {
        return Uni.createFrom().deferred(() -> UniHelper.toUni(loop.call(() -> commands
                .send(Request.cmd(Command.SMEMBERS).arg(keys.registry()))
                .compose(nodes -> callEach(nodes, PREFIX + request, timeout.toMillis())))));
    }

    @Override
    public Uni<Acks> callEvery(String request, Duration timeout) {
        return Uni.createFrom().deferred(() -> UniHelper.toUni(loop.call(() -> channel.record(PREFIX + request))))
                .chain(() -> callAll(request, timeout));
    }

    private Future<Acks> callEach(Response nodes, String request, long timeoutMillis) {
        List<Future<String>> calls = new ArrayList<>();
        // One at least, if Redis may have forgotten replicas that have not registered again.
        AtomicInteger unheard = new AtomicInteger(leases.own().mayOthersHaveExpired() ? 1 : 0);
        List<Future<?>> done = new ArrayList<>();
        nodes.forEach(node -> {
            Future<String> call = channel.call(node.toString(), request, timeoutMillis);
            calls.add(call);
            done.add(call.compose(reply -> reply != null ? Future.succeededFuture(false) : leases.isAlive(node.toString()))
                    .onSuccess(alive -> unheard.addAndGet(alive ? 1 : 0)));
        });
        return Future.join(done).transform(all -> {
            List<String> replies = calls.stream().filter(Future::succeeded).map(Future::result).filter(Objects::nonNull)
                    .toList();
            // A replica whose channel has no subscriber is most likely gone, and does not count.
            int reached = (int) calls.stream().filter(each -> each.failed() || each.result() != null).count();
            return Future.succeededFuture(new Acks(replies, reached, unheard.get()));
        });
    }

    Future<String> handle(String request) {
        return UniHelper.toFuture(handler.apply(request.substring(1)).emitOn(loop));
    }
}
