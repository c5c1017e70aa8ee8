package dev.atrium.backplane.redis;

import dev.atrium.backplane.BackplaneUnavailableException;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;

/**
 * Leases of the other replicas. While Redis renews none, an expired lease does not tell that its replica is gone.
 *
 * @param own lease of this replica, which tells whether Redis renews leases
 */
record ReplicaLeases(ReconnectingConnection commands, RedisKeys keys, Lease own) {

    static ReplicaLeases of(ReconnectingConnection commands, RedisContext context) {
        return new ReplicaLeases(commands, context.keys(), context.lease());
    }

    Future<Boolean> isAlive(String other) {
        return own.mayOthersHaveExpired() ? Future.succeededFuture(true)
                : commands.send(Request.cmd(Command.EXISTS).arg(keys.lease(other))).map(exists -> exists.toInteger() == 1);
    }

    /** Returns the address that a replica has announced; null if it has none or is gone. Fails if it may be alive. */
    Future<String> addressOf(String other) {
        return commands.send(Request.cmd(Command.GET).arg(keys.lease(other))).map(address -> {
            if (address == null && own.mayOthersHaveExpired()) {
                throw BackplaneUnavailableException.notSent("no lease has been renewed for a while");
            }
            return address == null || address.toString().equals(ReplicaHeartbeat.NO_ADDRESS) ? null : address.toString();
        });
    }
}
