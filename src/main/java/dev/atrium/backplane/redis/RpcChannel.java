package dev.atrium.backplane.redis;

import dev.atrium.backplane.BackplaneUnavailableException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jboss.logging.Logger;

/**
 * Requests from one replica to another, over the replicas' channels: {@code >number caller request} and {@code <number reply}.
 * Those that no replica may miss are recorded as well, and one that was cut off handles them when it is back. On the
 * backplane's event loop only.
 */
final class RpcChannel {

    private static final Logger LOG = Logger.getLogger(RpcChannel.class);

    static final char REQUEST = '>';
    static final char REPLY = '<';

    /** Timeout of a request: a replica that has not replied by then is cut off or dead. */
    static final long TIMEOUT_MILLIS = 2_000;

    /** How long requests are recorded. */
    private static final long RECORD_MILLIS = Duration.ofDays(1).toMillis();
    private static final long HOUR_MILLIS = Duration.ofHours(1).toMillis();

    private final ReconnectingConnection commands;
    private final RedisLoop loop;
    private final RedisKeys keys;
    private final RedisClock clock;
    private final String node;
    private final Map<Long, Promise<String>> waiting = new HashMap<>();
    private long lastNumber;
    /** Until when this replica has received every request; by its own clock, which goes on while the machine sleeps. */
    private long receivedUntil = System.currentTimeMillis();
    /** The same by a clock that is never set back, but may stop while the machine sleeps. */
    private long receivedUntilNanos = System.nanoTime();
    private boolean hasMissed;
    private boolean isAsking;

    RpcChannel(ReconnectingConnection commands, RedisLoop loop, RedisKeys keys, RedisClock clock, String node) {
        this.commands = commands;
        this.loop = loop;
        this.keys = keys;
        this.clock = clock;
        this.node = node;
    }

    /** Sends a request. Completes with null if the channel has no subscriber, fails if no reply arrives in time. */
    Future<String> call(String other, String request, long timeoutMillis) {
        long number = ++lastNumber;
        Promise<String> promise = Promise.promise();
        waiting.put(number, promise);
        long timer = loop.after(timeoutMillis, () -> promise.tryFail(BackplaneUnavailableException
                .unanswered(new IllegalStateException("replica " + other + " has not replied in time"))));
        send(other, REQUEST + (number + " " + node + " " + request))
                .onSuccess(listeners -> {
                    if (listeners == 0) {
                        promise.tryComplete();
                    }
                })
                .onFailure(promise::tryFail);
        return promise.future().onComplete(done -> {
            waiting.remove(number);
            loop.cancel(timer);
        });
    }

    /** Handles a request. A handler's failure is not replied to: the caller's timeout covers it. */
    void requestReceived(byte[] bytes, Function<String, Future<String>> handler) {
        String[] parts = text(bytes).split(" ", 3);
        handler.apply(parts[2]).onSuccess(reply -> send(parts[1], REPLY + (parts[0] + " " + reply)));
    }

    void replyReceived(byte[] bytes) {
        String[] parts = text(bytes).split(" ", 2);
        Promise<String> promise = waiting.get(Long.parseLong(parts[0]));
        if (promise != null) {
            promise.tryComplete(parts[1]);
        }
    }

    /** Records a request, before it is sent, for replicas that do not receive it. */
    Future<Void> record(String request) {
        String hour = keys.requests(clock.millis() / HOUR_MILLIS);
        return commands.send(Script.RECORD.with(hour).arg(request).arg(RECORD_MILLIS + 2 * HOUR_MILLIS)).mapEmpty();
    }

    /**
     * Handles the requests that this replica has missed. Called whenever its lease is renewed.
     *
     * @param expired whether others may have taken it for dead meanwhile, and not have waited for its reply
     */
    void renewed(boolean expired, Function<String, Future<String>> handler) {
        long now = System.currentTimeMillis();
        long nanos = System.nanoTime();
        hasMissed |= expired;
        if (isAsking) {
            return;
        }
        if (!hasMissed) {
            received(now, nanos);
            return;
        }
        // A later expiry sets it again, and is asked for with the next renewal.
        hasMissed = false;
        isAsking = true;
        // The last renewal may have taken effect a while before its reply arrived.
        long missedMillis = TIMEOUT_MILLIS
                + Math.max(now - receivedUntil, TimeUnit.NANOSECONDS.toMillis(nanos - receivedUntilNanos));
        commands.send(Script.MISSED.with(hours(missedMillis)).arg(missedMillis))
                .onComplete(answer -> loop.run(() -> {
                    isAsking = false;
                    if (answer.failed()) {
                        hasMissed = true;
                        return;
                    }
                    received(now, nanos);
                    answer.result().forEach(request -> handle(request.toString(), handler));
                }));
    }

    private void received(long now, long nanos) {
        receivedUntil = now;
        receivedUntilNanos = nanos;
    }

    /** Keys of the hours since then, and of one more at each end, because a replica knows the time of Redis roughly. */
    private String[] hours(long missedMillis) {
        long now = clock.millis();
        long first = (now - Math.min(missedMillis, RECORD_MILLIS)) / HOUR_MILLIS - 1;
        return LongStream.rangeClosed(first, now / HOUR_MILLIS + 1).mapToObj(keys::requests).toArray(String[]::new);
    }

    /** One that fails must not keep those behind it from being handled. */
    private static void handle(String request, Function<String, Future<String>> handler) {
        try {
            handler.apply(request).onFailure(failure -> LOG.warnf("A request was not handled: %s", failure.getMessage()));
        } catch (RuntimeException e) {
            LOG.warn("A request was not handled", e);
        }
    }

    private Future<Integer> send(String other, String text) {
        return commands.send(Request.cmd(Command.PUBLISH).arg(keys.node(other)).arg(Buffer.buffer(text)))
                .map(reply -> reply.toInteger());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, 1, bytes.length - 1, StandardCharsets.UTF_8);
    }
}
