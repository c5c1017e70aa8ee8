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
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

    /** History of data that could not be identified, because Redis refuses writes. */
    static final String UNIDENTIFIED = "";

    private static final int CONNECT_SECONDS = 5;
    private static final String NO_HANDSHAKE = "no answer to the handshake within " + CONNECT_SECONDS
            + " s: Redis hangs, or has as many clients as its maxclients";
    private static final String NO_ANSWER = "no answer to the first commands within " + CONNECT_SECONDS + " s: Redis hangs";
    /** Silence of Redis, before a connection ends, after which the client's own read timeout has ended it. */
    private static final int MAX_SILENT_SECONDS = 3;

    /** Failures of the client before it writes a command. */
    private static final String CLOSED = "Connection is closed";
    private static final Set<String> UNSENT = Set.of(CLOSED, "Redis waiting queue is full");

    private final String name;
    private final Redis redis;
    private final RedisLoop loop;
    private final LongAdder reconnects;
    private final Listener listener;
    private final Backoff backoff = new Backoff();
    private final LongAdder pending = new LongAdder();
    private final UnexpectedReplies unexpected = new UnexpectedReplies();
    private volatile Live live;
    private volatile boolean closed;
    /** Why it does not work: null if it does, empty before the first attempt. */
    private volatile String problem = "";
    private int made;
    /** {@link System#nanoTime} of the last reply or push. */
    private volatile long lastReceived;

    /**
     * What a request is sent to.
     *
     * @param number of the connection, counted from the first one
     * @param dataHistory history of the data at its other end
     */
    record Target(int number, String dataHistory) {
    }

    /** @param since {@link System#nanoTime} */
    private record Live(RedisConnection connection, Target target, long since) {
    }

    /** User of a connection. Called on the event loop. */
    interface Listener {

        /**
         * Sends the commands that must succeed on a new connection before it is used.
         *
         * @return the history of the data, for requests that depend on it
         */
        Future<String> prepare(RedisConnection opened, RedisServerInfo server);

        void up();

        default void down() {
        }

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
        Live last = live;
        if (last != null) {
            try {
                last.connection.close();
            } catch (IllegalStateException e) {
                // The pool throws this if the connection ends in the same moment.
                LOG.debugf("Redis %s connection was closed already: %s", name, e.getMessage());
            }
        }
    }

    boolean isUp() {
        return live != null;
    }

    /** Returns whether an attempt to connect has failed, and the connection has not been made since. */
    boolean hasFailed() {
        return problem != null && !problem.isEmpty();
    }

    /** Returns why the connection does not work, or null. Any thread. */
    String problem() {
        return problem;
    }

    /**
     * Confirms that the connection works. A connection that is made is not enough: a Redis that refuses every command would be
     * connected to again and again without a pause. On the event loop.
     */
    void confirm() {
        if (problem != null && live != null) {
            LOG.infof("Redis %s connection is up", name);
            problem = null;
            backoff.reset();
        }
    }

    /** Connects again if Redis refused the write by which a connection identifies its data; call it when it takes writes. */
    void restartUnlessIdentified() {
        Live current = live;
        if (current != null && UNIDENTIFIED.equals(current.target.dataHistory)) {
            restart("to identify the data of Redis, which accepts writes again");
        }
    }

    /** Whether it was made before Redis lost its data, and the other one after it. */
    boolean hasOtherData(ReconnectingConnection other) {
        Live own = live;
        Live others = other.live;
        return own != null && others != null && own.since - others.since < 0
                && !own.target.dataHistory.equals(others.target.dataHistory);
    }

    /** Drops the connection, so that it is made again. */
    void restart(String reason) {
        restart(live, reason);
    }

    /** Drops that connection, unless another one has taken its place. */
    private void restart(Live former, String reason) {
        if (former != null) {
            loop.run(() -> lost(former.connection, new IllegalStateException(reason)));
        }
    }

    /** Stops reading from Redis until {@link #resume}. */
    void pause() {
        Live current = live;
        if (current != null) {
            current.connection.pause();
        }
    }

    void resume() {
        Live current = live;
        if (current != null) {
            current.connection.resume();
        }
    }

    /** Sends soon, or fails at once. Requests are sent in the order of the calls, whichever threads call. */
    Future<Response> send(Request request) {
        return send(target -> request);
    }

    /** Sends as {@link #send(Request)} a request that depends on the connection that it is sent on. */
    Future<Response> send(Function<Target, Request> request) {
        Live current = live;
        if (current == null) {
            return Future.failedFuture(BackplaneUnavailableException.notSent("no connection to Redis"));
        }
        if (current.connection.pendingQueueFull()) {
            return Future.failedFuture(BackplaneUnavailableException.notSent("too many commands are pending"));
        }
        Request ready = request.apply(current.target);
        pending.increment();
        // In a later turn, also on the loop itself: the client would send at once there, ahead of what other threads have queued.
        return loop.call(() -> live == current ? current.connection.send(ready) : Future.failedFuture(CLOSED))
                .onComplete(done -> {
                    pending.decrement();
                    if (done.succeeded()) {
                        lastReceived = System.nanoTime();
                    }
                }).recover(failure -> Future.failedFuture(unavailable(failure, current, ready)));
    }

    /** Returns the number of commands without a reply so far. Any thread. */
    int pending() {
        return pending.intValue();
    }

    private BackplaneUnavailableException unavailable(Throwable failure, Live current, Request request) {
        RedisError error = RedisError.of(failure);
        unexpected.received(error, request);
        if (!error.code().isEmpty()) {
            lastReceived = System.nanoTime();
        }
        if (error.code().equals("NOSCRIPT") || error.code().equals("READONLY")) {
            // Scripts were flushed, or this Redis is no longer the primary: a new connection loads the scripts, or finds the new
            // primary.
            restart(current, error.text());
        }
        return error.isBeforeEffect() || UNSENT.contains(error.text())
                ? BackplaneUnavailableException.notSent(error.text(), failure)
                : BackplaneUnavailableException.unanswered(failure);
    }

    private void connect() {
        if (closed) {
            return;
        }
        Future<RedisConnection> connecting = redis.connect();
        // The client's future never completes when Redis rejects its HELLO, for example because of too many clients.
        inTime(connecting, NO_HANDSHAKE).onComplete(result -> loop.run(() -> {
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
        candidate.handler(push -> {
            lastReceived = System.nanoTime();
            loop.run(() -> listener.received(push));
        });
        inTime(RedisServerInfo.of(candidate).compose(ReconnectingConnection::requirePrimary)
                .compose(server -> listener.prepare(candidate, server)), NO_ANSWER)
                .onComplete(result -> loop.run(() -> {
                    if (result.failed()) {
                        end(candidate);
                        retry(result.cause());
                        return;
                    }
                    if (made > 0) {
                        reconnects.increment();
                    }
                    lastReceived = System.nanoTime();
                    live = new Live(candidate, new Target(++made, result.result()), lastReceived);
                    listener.up();
                }));
    }

    private static <T> Future<T> inTime(Future<T> answer, String otherwise) {
        return answer.timeout(CONNECT_SECONDS, TimeUnit.SECONDS).recover(failure -> Future
                .failedFuture(failure instanceof TimeoutException ? new TimeoutException(otherwise) : failure));
    }

    private static Future<RedisServerInfo> requirePrimary(RedisServerInfo server) {
        return server.primary() ? Future.succeededFuture(server)
                : Future.failedFuture("READONLY this Redis is a replica, and accepts no writes");
    }

    private void lost(RedisConnection old, Throwable cause) {
        if (live == null || live.connection != old) {
            return;
        }
        live = null;
        end(old);
        listener.down();
        if (!closed) {
            retry(cause);
        }
    }

    /**
     * QUIT closes it, and then it leaves the pool. close() would return it to the pool, which would hand it out again as the
     * new connection until Redis has closed it.
     */
    private static void end(RedisConnection old) {
        // Until then it may push what would be taken for a message of the new one.
        old.handler(late -> {
        });
        old.send(Request.cmd(Command.QUIT)).onFailure(refused -> old.close());
    }

    /** Returns the failure's message with that of its root cause, which alone explains a failed TLS handshake. */
    private static String reason(Throwable failure) {
        Throwable root = ExceptionUtil.getRootCause(failure);
        return oneLine(root == failure ? failure.getMessage() : failure.getMessage() + ": " + root.getMessage());
    }

    /** Sorts the lines after the first: the client lists the failures of all Sentinels, each time in another order. */
    private static String oneLine(String text) {
        String[] lines = String.valueOf(text).strip().split("\\R(?:- )?");
        return lines.length == 1 ? lines[0]
                : lines[0] + ": " + Stream.of(lines).skip(1).sorted().collect(Collectors.joining("; "));
    }

    /** Each connection receives something once a second: a longer silence ends it at this end, by the read-idle timeout. */
    private String closed() {
        long silent = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - lastReceived);
        return silent < MAX_SILENT_SECONDS ? "closed by Redis" : "closed after " + silent + " s without an answer of Redis";
    }

    private void retry(Throwable cause) {
        if (closed) {
            return;
        }
        // The failure of a connection that is closed on this side may have no message.
        String reason = cause == null || cause.getMessage() == null ? closed() : reason(cause);
        // Logged once per reason: Redis may be down for hours. That it closes a connection which it has just refused is no news.
        if (!hasFailed() || cause != null && !reason.equals(problem)) {
            LOG.warnf("Redis %s connection is down: %s", name, reason);
            problem = reason;
        }
        loop.after(backoff.nextMillis(), this::connect);
    }
}
