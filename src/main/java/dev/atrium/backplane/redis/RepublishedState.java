package dev.atrium.backplane.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

/**
 * Base of this replica's state in Redis that is written again when Redis has lost it or a write has failed: a join, for
 * example, does not wait for Redis to come back.
 */
abstract class RepublishedState {

    final ReconnectingConnection commands;
    final RedisLoop loop;
    final ConcurrencyLimiter limiter;
    final RedisKeys keys;
    final String node;
    final Lease lease;
    final ReplicaLeases leases;
    /** Whether a write of this replica failed and is pending. On the loop only. */
    boolean unpublished;

    RepublishedState(RedisContext context, ReconnectingConnection commands) {
        this.commands = commands;
        this.loop = context.loop();
        this.limiter = context.limiter();
        this.keys = context.keys();
        this.node = context.node().name();
        this.lease = context.lease();
        this.leases = ReplicaLeases.of(commands, context);
    }

    final Future<Void> sendOrRepublish(Request request) {
        return orRepublish(commands.send(request), () -> {
        });
    }

    /**
     * Sends a request whose reply is 0 if Redis has lost what this replica has written, because it has evicted it for example:
     * then everything is written again.
     */
    final Future<Void> expectOrRepublish(Request request) {
        Future<Response> reply = commands.send(request);
        // At once, and not in a later turn: after the next reply everything may be on its way already.
        reply.onSuccess(found -> loop.run(() -> unpublished |= found.toInteger() == 0));
        return orRepublish(reply, () -> {
        });
    }

    /**
     * Returns when a write has been replied to; it never fails, because a republication repairs it.
     *
     * @param failed called on the loop if the write has failed, to remember what has to be written again
     */
    final Future<Void> orRepublish(Future<?> write, Runnable failed) {
        return write.<Void> mapEmpty().recover(failure -> {
            loop.execute(() -> {
                unpublished = true;
                failed.run();
            });
            return Future.succeededFuture();
        });
    }
}
