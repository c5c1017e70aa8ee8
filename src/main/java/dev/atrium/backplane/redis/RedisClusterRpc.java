package dev.atrium.backplane.redis;

import dev.atrium.backplane.ClusterRpc;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/** Request/reply channel to all replicas, over {@link RpcChannel}. */
final class RedisClusterRpc implements ClusterRpc {

    /** First character of these requests; other kinds begin with another one. */
    private static final char MARK = '#';

    private final ReconnectingConnection commands;
    private final RedisLoop loop;
    private final RedisKeys keys;
    private final RpcChannel calls;
    private volatile Function<String, Uni<String>> responder;

    RedisClusterRpc(ReconnectingConnection commands, RedisLoop loop, RedisKeys keys, RpcChannel calls) {
        this.commands = commands;
        this.loop = loop;
        this.keys = keys;
        this.calls = calls;
    }

    static boolean isOne(String question) {
        return question.charAt(0) == MARK;
    }

    @Override
    public void serve(Function<String, Uni<String>> answers) {
        responder = answers;
    }

    @Override
    public Uni<Acks> askAll(String question, Duration patience) {
        return Uni.createFrom().deferred(() -> UniHelper.toUni(loop.call(() -> commands
                .send(Request.cmd(Command.SMEMBERS).arg(keys.registry()))
                .compose(nodes -> askEach(nodes, MARK + question, patience.toMillis())))));
    }

    private Future<Acks> askEach(Response nodes, String question, long patienceMillis) {
        List<Future<String>> asked = new ArrayList<>();
        nodes.forEach(node -> asked.add(calls.ask(node.toString(), question, patienceMillis)));
        return Future.join(asked).transform(done -> {
            List<String> given = asked.stream().filter(Future::succeeded).map(Future::result).filter(Objects::nonNull).toList();
            // A replica whose channel has no subscriber is gone and does not count as asked.
            int heard = (int) asked.stream().filter(each -> each.failed() || each.result() != null).count();
            return Future.succeededFuture(new Acks(given, heard));
        });
    }

    /** Handles a request of another replica. */
    Future<String> asked(String question) {
        Promise<String> promise = Promise.promise();
        responder.apply(question.substring(1)).subscribe().with(
                answer -> loop.execute(() -> promise.complete(answer)), failure -> loop.execute(() -> promise.fail(failure)));
        return promise.future();
    }
}
