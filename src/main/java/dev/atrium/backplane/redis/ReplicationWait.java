package dev.atrium.backplane.redis;

import dev.atrium.backplane.BackplaneStatus;
import dev.atrium.backplane.BackplaneUnavailableException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Publications that are acknowledged once replicas of Redis have them, so that a failover to one of these loses nothing that
 * was acknowledged. One {@code WAIT} covers all publications before it; those that come meanwhile share the next one. Redis
 * executes nothing else on a connection that waits, so these have one of their own.
 */
final class ReplicationWait {

    /** How long Redis waits. A publication that too few replicas have by then may or may not survive a failover. */
    static final int TIMEOUT_MILLIS = 1_000;

    private final ReconnectingConnection publications;
    private final RedisLoop loop;
    private final int replicas;
    private final RedisHealth health;
    /** Publications that no WAIT covers yet; on the backplane's event loop only. */
    private List<Published> uncovered = new ArrayList<>();
    private boolean waiting;

    /** @param connection number of the connection that it was published on */
    private record Published(int connection, Promise<Void> replicated) {
    }

    ReplicationWait(ReconnectingConnection publications, RedisLoop loop, int replicas, RedisHealth health) {
        this.health = health;
        this.publications = publications;
        this.loop = loop;
        this.replicas = replicas;
    }

    /** Sends a publication. Its reply comes once enough replicas have it; it fails if it is not known whether they do. */
    Future<Response> send(Function<ReconnectingConnection.Target, Request> publication) {
        int[] connection = new int[1];
        return publications.send(target -> {
            connection[0] = target.number();
            return publication.apply(target);
        }).compose(reply -> replicated(connection[0]).map(reply));
    }

    private Future<Void> replicated(int connection) {
        return loop.call(() -> {
            Published published = new Published(connection, Promise.promise());
            uncovered.add(published);
            if (!waiting) {
                next();
            }
            return published.replicated.future();
        });
    }

    private void next() {
        List<Published> covered = uncovered;
        uncovered = new ArrayList<>();
        waiting = true;
        int[] connection = new int[1];
        Future<Response> reply = publications.send(target -> {
            connection[0] = target.number();
            return Request.cmd(Command.WAIT).arg(replicas).arg(TIMEOUT_MILLIS);
        });
        reply.onComplete(done -> loop.execute(() -> {
            waiting = false;
            if (reply.succeeded() && reply.result().toInteger() < replicas) {
                health.failed(BackplaneStatus.Function.PUBLISH,
                        new RedisError("NOREPLICAS", tooFew(reply.result().toInteger()), false));
            }
            covered.forEach(published -> complete(published, connection[0], reply.map(Response::toInteger)));
            if (!uncovered.isEmpty()) {
                next();
            }
        }));
    }

    private String tooFew(int acknowledged) {
        return acknowledged + " of " + replicas + " replicas of Redis have the last publication";
    }

    private void complete(Published published, int connection, Future<Integer> reply) {
        // On another connection WAIT knows nothing of what was published before, and is satisfied at once.
        if (reply.succeeded() && reply.result() >= replicas && published.connection == connection) {
            published.replicated.complete();
            return;
        }
        String reason = reply.failed() ? reply.cause().getMessage()
                : published.connection != connection ? "the connection to Redis broke"
                        : tooFew(reply.result());
        // Whatever WAIT failed with: the message itself is published.
        published.replicated.fail(BackplaneUnavailableException.unanswered(new IllegalStateException(reason)));
    }
}
