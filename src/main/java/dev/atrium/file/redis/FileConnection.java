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
 * Connection to Redis for files alone, so that no message waits behind a chunk. It is opened on demand, also after it was lost:
 * an idle one is closed by {@code read-idle-timeout}, and the next request opens another.
 */
final class FileConnection {

    private static final int CONNECT_SECONDS = 5;
    private static final int ANSWER_SECONDS = 15;

    /** An error reply of Redis itself; all other errors are of the connection. */
    private static final Pattern ANSWER = Pattern.compile("[A-Z]+ .*", Pattern.DOTALL);

    private final Redis redis;
    private final Context loop;
    private Future<RedisConnection> connection;

    FileConnection(Redis redis, Vertx vertx) {
        this.redis = redis;
        this.loop = vertx.getOrCreateContext();
    }

    /** Sends a script call. It may be executed twice if the connection breaks. Any thread. */
    Future<Response> send(FileScript.Call call) {
        Promise<Response> answer = Promise.promise();
        loop.runOnContext(ignored -> attempt(call.first(), true)
                .recover(
                        failure -> begins(failure, "NOSCRIPT") ? attempt(call.ifUnknown().get(), true)
                                : Future.failedFuture(failure))
                .recover(failure -> Future.failedFuture(explained(failure)))
                .onComplete(answer));
        return answer.future();
    }

    /** Sends a command. It may be executed twice if the connection breaks. Any thread. */
    Future<Response> send(Request request) {
        return send(new FileScript.Call(request, () -> request));
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
            // Closed while it was idle, or broken just now. Retried once, because every request can be repeated.
            return again && stood && !(failure instanceof TimeoutException) ? attempt(request, false)
                    : Future.failedFuture(failure);
        });
    }

    private Future<RedisConnection> connected() {
        if (connection == null) {
            Promise<RedisConnection> connecting = Promise.promise();
            Future<RedisConnection> fresh = connecting.future();
            connection = fresh;
            // The client's future never completes if Redis rejects its HELLO, for example because of too many clients.
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
        // A close would only return the connection to the pool, which would hand it out as the new connection. It leaves the
        // pool when its socket is closed, which QUIT causes.
        lost.onSuccess(open -> open.send(Request.cmd(Command.QUIT)).onComplete(ignored -> {
        }));
    }

    private static Throwable explained(Throwable failure) {
        // Redis 6 wraps the error of a script in another one, Redis 7 does not.
        return isAnswer(failure) && failure.getMessage().contains("OOM command not allowed") ? new StoreFullException(failure)
                : failure;
    }

    private static boolean isAnswer(Throwable failure) {
        return failure.getMessage() != null && ANSWER.matcher(failure.getMessage()).matches();
    }

    private static boolean begins(Throwable failure, String code) {
        return isAnswer(failure) && failure.getMessage().startsWith(code);
    }
}
