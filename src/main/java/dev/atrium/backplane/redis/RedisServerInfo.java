package dev.atrium.backplane.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;

/**
 * What a Redis server says about itself.
 *
 * @param replicationId changes when the server restarts and when it becomes the primary; empty if it is not told
 * @param primary whether it accepts writes, as far as its role goes
 * @param cluster whether it is a node of a Redis Cluster
 * @param promoted whether it was a replica before it became the primary
 * @param durable whether each write is on disk before it is answered, so that a restart loses none
 */
record RedisServerInfo(String replicationId, boolean primary, boolean cluster, boolean promoted, boolean durable) {

    /** Enough to be unique, and short, because some are kept. */
    private static final int ID_CHARACTERS = 12;

    private static final String NO_ID = "0".repeat(40);

    /** Asks a new connection. A user without permission for INFO gets no protection against a failover that loses messages. */
    static Future<RedisServerInfo> of(RedisConnection connection) {
        // All at once: a Redis that is far away would be connected to in seconds otherwise.
        return Future.all(info(connection, "replication"), info(connection, "server"),
                info(connection, "persistence").compose(RedisServerInfo::requireLoaded), appendFsync(connection))
                .map(all -> parse(String.join("", all.<String> list())));
    }

    /** While Redis reads its append-only file it says that it has none. */
    private static Future<String> requireLoaded(String persistence) {
        return field(persistence, "loading").equals("1")
                ? Future.failedFuture("LOADING Redis is loading the dataset in memory")
                : Future.succeededFuture(persistence);
    }

    private static Future<String> info(RedisConnection connection, String section) {
        return allowed(connection.send(Request.cmd(Command.INFO).arg(section)).map(Object::toString));
    }

    private static Future<String> appendFsync(RedisConnection connection) {
        return allowed(connection.send(Request.cmd(Command.CONFIG).arg("GET").arg("appendfsync"))
                .map(reply -> "appendfsync:" + reply.toString().contains("always") + "\n"));
    }

    private static Future<String> allowed(Future<String> reply) {
        return reply.recover(failure -> {
            String code = RedisError.of(failure).code();
            // Many hosted Redis have no CONFIG, under whatever name.
            return code.equals("NOPERM") || code.equals("ERR") ? Future.succeededFuture("") : Future.failedFuture(failure);
        });
    }

    static RedisServerInfo parse(String info) {
        String id = field(info, "master_replid");
        String former = field(info, "master_replid2");
        return new RedisServerInfo(id.substring(0, Math.min(id.length(), ID_CHARACTERS)),
                !field(info, "role").equals("slave"), field(info, "redis_mode").equals("cluster"),
                !former.isEmpty() && !former.equals(NO_ID),
                field(info, "aof_enabled").equals("1") && field(info, "appendfsync").equals("true"));
    }

    private static String field(String info, String name) {
        return info.lines().filter(line -> line.startsWith(name + ":")).findFirst()
                .map(line -> line.substring(name.length() + 1).trim()).orElse("");
    }
}
