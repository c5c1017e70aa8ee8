package dev.atrium.backplane.redis;

import dev.atrium.room.RoomId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Cleanup after dead replicas: when a lease has expired, one of the other replicas removes the dead one's sessions from their
 * rooms. On the backplane's event loop only.
 */
final class Reaper {

    private static final Logger LOG = Logger.getLogger(Reaper.class);

    /** Lifetime of a claim: if the claiming replica dies, too, another one takes over after that. */
    private static final long CLAIM_MILLIS = 10_000;

    private final ReconnectingConnection commands;
    private final RedisPresence presence;
    private final ConcurrencyLimiter limiter;
    private final RedisKeys keys;
    private final String node;
    private final Lease lease;
    private final long resumeMillis;
    private final Set<String> inProgress = new HashSet<>();

    Reaper(RedisContext context, ReconnectingConnection commands, RedisPresence presence, long resumeMillis) {
        this.commands = commands;
        this.presence = presence;
        this.limiter = context.limiter();
        this.keys = context.keys();
        this.node = context.node().name();
        this.lease = context.lease();
        this.resumeMillis = resumeMillis;
    }

    /** Checks the other replicas for expired leases, unless this replica itself could not renew its own until a moment ago. */
    void checkLeases() {
        if (!lease.isSettled()) {
            return;
        }
        commands.send(Request.cmd(Command.SMEMBERS).arg(keys.registry())).onSuccess(nodes -> {
            for (Response each : nodes) {
                String other = each.toString();
                if (!other.equals(node) && !inProgress.contains(other)) {
                    checkLeases(other);
                }
            }
        });
    }

    private void checkLeases(String other) {
        commands.send(Request.cmd(Command.EXISTS).arg(keys.lease(other))).onSuccess(exists -> {
            if (exists.toInteger() == 0) {
                claim(other);
            }
        });
    }

    private void claim(String dead) {
        commands.send(Request.cmd(Command.SET).arg(keys.reaper(dead)).arg(node).arg("NX").arg("PX").arg(CLAIM_MILLIS))
                .onSuccess(claimed -> {
                    if (claimed != null && inProgress.add(dead)) {
                        expire(dead);
                    }
                });
    }

    private void expire(String dead) {
        commands.send(Request.cmd(Command.SMEMBERS).arg(keys.roomsOf(dead)))
                .compose(rooms -> expire(dead, rooms))
                // A replica that was killed within its first second has not set an expiry on its sessions yet.
                .compose(done -> commands.send(Request.cmd(Command.PEXPIRE).arg(keys.sessions(dead)).arg(resumeMillis)))
                .compose(done -> commands.send(Request.cmd(Command.PEXPIRE).arg(keys.connected(dead)).arg(resumeMillis)))
                .compose(done -> commands.send(
                        Script.FORGET.with(keys.lease(dead), keys.roomsOf(dead), keys.registry()).arg(dead)))
                .onComplete(result -> {
                    inProgress.remove(dead);
                    if (result.failed()) {
                        LOG.warnf(
                                "The members of dead replica %s could not all be removed; a replica tries again within seconds: %s",
                                dead, result.cause().getMessage());
                    }
                });
    }

    private Future<?> expire(String dead, Response rooms) {
        LOG.infof("The lease of replica %s has expired; its members are removed from %d rooms", dead, rooms.size());
        List<Future<Void>> scans = new ArrayList<>();
        List<Future<Void>> exits = new ArrayList<>();
        for (RoomId room : RedisKeys.rooms(rooms)) {
            scans.add(limiter.call(() -> presence.expire(room, dead, exits)));
        }
        return Future.all(scans).compose(done -> Future.all(exits));
    }
}
