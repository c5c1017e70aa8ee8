package dev.atrium.file.redis;

import dev.atrium.file.StoreFullException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * A connection to Redis for files alone, so that no message waits behind a chunk. It is made when it is needed, and again
 * when it is needed after it was lost: one that rests is cut by {@code read-idle-timeout}, and nobody has to mind.
 */
final class FileConnection {

    private static final int CONNECT_SECONDS = 5;
    private static final int ANSWER_SECONDS = 15;

    /** An error that Redis itself has answered with; all others are about the way to it. */
    private static final Pattern ANSWER = Pattern.compile("[A-Z]+ .*", Pattern.DOTALL);

    private final Redis redis;
    private final Context loop;
    private Future<RedisConnection> connection;

    FileConnection(Redis redis, Vertx vertx) {
        this.redis = redis;
        this.loop = vertx.getOrCreateContext();
    }

    /** Any thread. What is sent may be carried out twice if the connection breaks. */
    Future<Response> send(FileScript.Call call) {
        Promise<Response> answer = Promise.promise();
        loop.runOnContext(ignored -> attempt(call.first(), true)
                .recover(failure -> begins(failure, "NOSCRIPT") ? attempt(call.ifUnknown(), true) : Future.failedFuture(failure))
                .recover(failure -> Future.failedFuture(explained(failure)))
                .onComplete(answer));
        return answer.future();
    }

    /** Any thread. */
    Future<Response> send(Request request) {
        return send(new FileScript.Call(request, request));
    }

    void close() {
        loop.runOnContext(ignored -> drop(connection));
    }

    private Future<Response> attempt(Request request, boolean again) {
        Future<RedisConnection> used = connected();
        return used.compose(open -> open.send(request).timeout(ANSWER_SECONDS, TimeUnit.SECONDS)).recover(failure -> {
            if (isAnswer(failure) && used.succeeded()) {
                if (begins(failure, "READONLY") || begins(failure, "MASTERDOWN")) {
                    // It is no longer the master: a new connection finds the new one.
                    drop(used);
                }
                return Future.failedFuture(failure);
            }
            boolean stood = used.succeeded();
            drop(used);
            // It was cut while it rested, or breaks just now. All that is sent can be sent twice.
            return again && stood && !(failure instanceof TimeoutException) ? attempt(request, false) : Future.failedFuture(failure);
        });
    }

    private Future<RedisConnection> connected() {
        if (connection == null) {
            Promise<RedisConnection> connecting = Promise.promise();
            Future<RedisConnection> fresh = connecting.future();
            connection = fresh;
            // The client never answers when Redis refuses its HELLO, for example because it has too many clients.
            redis.connect().onSuccess(open -> {
                if (!connecting.tryComplete(open)) {
                    open.close();
                }
            }).timeout(CONNECT_SECONDS, TimeUnit.SECONDS).onFailure(connecting::tryFail);
            fresh.onSuccess(open -> {
                open.endHandler(ignored -> loop.runOnContext(run -> drop(fresh)));
                open.exceptionHandler(ignored -> loop.runOnContext(run -> drop(fresh)));
            });
        }
        return connection;
    }

    private void drop(Future<RedisConnection> lost) {
        if (lost == null || connection != lost) {
            return;
        }
        connection = null;
        // To close it would only hand it back to the pool, from where it would come back as the new connection. It leaves the
        // pool when its socket ends.
        lost.onSuccess(open -> open.send(Request.cmd(Command.QUIT)).onComplete(ignored -> { }));
    }

    private static Throwable explained(Throwable failure) {
        // A script's error is wrapped in another one by Redis 6, but not by Redis 7.
        return isAnswer(failure) && failure.getMessage().contains("OOM command not allowed") ? new StoreFullException(failure) : failure;
    }

    private static boolean isAnswer(Throwable failure) {
        return failure.getMessage() != null && ANSWER.matcher(failure.getMessage()).matches();
    }

    private static boolean begins(Throwable failure, String code) {
        return isAnswer(failure) && failure.getMessage().startsWith(code);
    }
}
