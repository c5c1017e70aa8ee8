package dev.atrium.backplane.redis;

import dev.atrium.backplane.BackplaneUnavailableException;
import io.quarkus.runtime.util.ExceptionUtil;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;

/**
 * Connection to Redis that is made again whenever it breaks, with jittered backoff and without giving up. The Redis client does
 * not do that by itself.
 *
 * <p>
 * Used on one event loop, except {@link #send} and {@link #isUp}, which any thread may call.
 */
final class ReconnectingConnection {

    private static final Logger LOG = Logger.getLogger(ReconnectingConnection.class);

    /** Error codes with which Redis rejects a command before it has any effect. */
    private static final Set<String> REJECTED_BEFORE_EFFECT = Set.of("NOSCRIPT", "READONLY", "LOADING", "OOM", "MISCONF",
            "MASTERDOWN",
            "CLUSTERDOWN", "BUSY", "NOREPLICAS");

    private static final int CONNECT_SECONDS = 5;

    private final String name;
    private final Redis redis;
    private final RedisLoop loop;
    private final LongAdder reconnects;
    private final Listener listener;
    private final Backoff backoff = new Backoff();
    private final LongAdder pending = new LongAdder();
    private volatile RedisConnection connection;
    private volatile boolean closed;
    private boolean outageLogged;
    private boolean wasUp;

    /** User of a connection. Called on the event loop. */
    interface Listener {

        /** Sends the commands that must succeed on a new connection before it is used. */
        Future<?> prepare(RedisConnection opened);

        /** A new connection is prepared. */
        void up();

        /** A prepared connection is lost. */
        default void down() {
        }

        /** Redis has pushed a message. */
        default void received(Response push) {
        }
    }

    /** @param reconnects counts the connections after the first one */
    ReconnectingConnection(String name, Redis redis, RedisLoop loop, LongAdder reconnects, Listener listener) {
        this.name = name;
        this.redis = redis;
        this.loop = loop;
        this.reconnects = reconnects;
        this.listener = listener;
    }

    void start() {
        loop.execute(this::connect);
    }

    void close() {
        closed = true;
        RedisConnection last = connection;
        if (last != null) {
            last.close();
        }
    }

    boolean isUp() {
        return connection != null;
    }

    /** Drops the connection, so that it is made again. */
    void restart(String reason) {
        RedisConnection current = connection;
        if (current != null) {
            loop.run(() -> lost(current, new IllegalStateException(reason)));
        }
    }

    /** Stops reading from Redis until {@link #resume}. */
    void pause() {
        RedisConnection current = connection;
        if (current != null) {
            current.pause();
        }
    }

    /** Reads from Redis again. */
    void resume() {
        RedisConnection current = connection;
        if (current != null) {
            current.resume();
        }
    }

    /** Sends at once, or fails at once. Requests of one thread are sent in the order of the calls. */
    Future<Response> send(Request request) {
        RedisConnection current = connection;
        if (current == null) {
            return Future.failedFuture(BackplaneUnavailableException.notSent("no connection to Redis"));
        }
        if (current.pendingQueueFull()) {
            return Future.failedFuture(BackplaneUnavailableException.notSent("too many commands are pending"));
        }
        pending.increment();
        return current.send(request).onComplete(done -> pending.decrement())
                .recover(failure -> Future.failedFuture(unavailable(failure)));
    }

    /** Returns the number of commands without a reply so far. Any thread. */
    int pending() {
        return pending.intValue();
    }

    private BackplaneUnavailableException unavailable(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        String error = message.split(" ", 2)[0];
        if (error.equals("NOSCRIPT") || error.equals("READONLY")) {
            // Scripts were flushed, or this Redis is no longer the master: a new connection loads the scripts, or finds the new
            // master.
            restart(message);
        }
        return REJECTED_BEFORE_EFFECT.contains(error) || message.equals("Connection is closed")
                ? BackplaneUnavailableException.notSent(message)
                : BackplaneUnavailableException.unanswered(failure);
    }

    private void connect() {
        if (closed) {
            return;
        }
        Future<RedisConnection> connecting = redis.connect();
        // The client's future never completes when Redis rejects its HELLO, for example because of too many clients.
        connecting.timeout(CONNECT_SECONDS, TimeUnit.SECONDS).onComplete(result -> loop.run(() -> {
            if (result.failed()) {
                connecting.onSuccess(RedisConnection::close);
                retry(result.cause());
            } else {
                prepare(result.result());
            }
        }));
    }

    private void prepare(RedisConnection candidate) {
        candidate.endHandler(ignored -> loop.run(() -> lost(candidate, null)));
        candidate.exceptionHandler(failure -> loop.run(() -> lost(candidate, failure)));
        candidate.handler(push -> loop.run(() -> listener.received(push)));
        listener.prepare(candidate).timeout(CONNECT_SECONDS, TimeUnit.SECONDS).onComplete(result -> loop.run(() -> {
            if (result.failed()) {
                candidate.close();
                retry(result.cause());
                return;
            }
            LOG.infof("Redis %s connection is up", name);
            if (wasUp) {
                reconnects.increment();
            }
            wasUp = true;
            outageLogged = false;
            backoff.reset();
            connection = candidate;
            listener.up();
        }));
    }

    private void lost(RedisConnection old, Throwable cause) {
        if (connection != old) {
            return;
        }
        connection = null;
        // close() alone only returns it to the pool, which would hand it out again as the new connection; QUIT closes it.
        old.send(Request.cmd(Command.QUIT)).onComplete(ignored -> {
        });
        old.close();
        listener.down();
        if (!closed) {
            retry(cause);
        }
    }

    /** Returns the failure's message with that of its root cause, which alone explains a failed TLS handshake. */
    private static String reason(Throwable failure) {
        Throwable root = ExceptionUtil.getRootCause(failure);
        return root == failure ? failure.getMessage() : failure.getMessage() + ": " + root.getMessage();
    }

    private void retry(Throwable cause) {
        if (closed) {
            return;
        }
        if (!outageLogged) {
            // Logged once per outage: Redis may be down for hours.
            outageLogged = true;
            LOG.warnf("Redis %s connection is down: %s", name, cause == null ? "closed by Redis" : reason(cause));
        }
        loop.after(backoff.nextMillis(), this::connect);
    }
}
