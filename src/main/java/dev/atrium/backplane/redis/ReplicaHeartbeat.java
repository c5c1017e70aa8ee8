package dev.atrium.backplane.redis;

import dev.atrium.backplane.BackplaneStatus;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Heartbeat of this replica, once a second: renews its lease and publishes a probe that it should receive through its own
 * subscription. A subscription can be dead while every other command works; only a received probe proves that it is alive.
 */
final class ReplicaHeartbeat {

    private static final Logger LOG = Logger.getLogger(ReplicaHeartbeat.class);

    static final Duration PERIOD = Duration.ofSeconds(1);

    /** Value of the lease while the replica has published no HTTP address. */
    static final String NO_ADDRESS = "alive";

    /** Missed probes before this replica counts as {@link BackplaneStatus.State#DEAF DEAF}. */
    private static final int PATIENCE = 3;

    /** Missed probes before the subscription is made again. */
    private static final int DEAF = 10;

    private final ReconnectingConnection commands;
    private final RedisLoop loop;
    private final String leaseKey;
    private final String channel;
    private final String leaseMillis;
    private final Runnable onBeat;
    private final Runnable onDeaf;
    private long upSince;
    private volatile long heardAt;
    private volatile long answeredAt;
    private volatile long answeredSince;
    private volatile boolean everAnswered;
    private volatile long roundTripNanos;
    private volatile boolean everHeard;
    private volatile long timer;
    private volatile String address = NO_ADDRESS;

    /**
     * @param onBeat called once per period while commands work, with the lease just renewed
     * @param onDeaf called when no probe has arrived for {@value #DEAF} periods although commands work
     */
    ReplicaHeartbeat(ReconnectingConnection commands, RedisLoop loop, String leaseKey, String channel, Duration lease,
            Runnable onBeat,
            Runnable onDeaf) {
        this.onBeat = onBeat;
        this.onDeaf = onDeaf;
        this.commands = commands;
        this.loop = loop;
        this.leaseKey = leaseKey;
        this.channel = channel;
        this.leaseMillis = Long.toString(lease.toMillis());
    }

    /** Sets the value of the lease: this replica's HTTP address. */
    void announce(String told) {
        address = told;
        loop.run(this::beat);
    }

    void start() {
        timer = loop.every(PERIOD.toMillis(), this::beat);
    }

    void stop() {
        loop.cancel(timer);
    }

    void beat() {
        if (!commands.isUp()) {
            upSince = 0;
            return;
        }
        long now = System.nanoTime();
        upSince = upSince == 0 ? now : upSince;
        if (now - Math.max(heardAt, upSince) > PERIOD.toNanos() * DEAF) {
            upSince = now;
            onDeaf.run();
        }
        send(Request.cmd(Command.SET).arg(leaseKey).arg(address).arg("PX").arg(leaseMillis)).onSuccess(renewed -> answered());
        onBeat.run();
        send(Request.cmd(Command.PUBLISH).arg(channel).arg("?" + System.nanoTime()));
    }

    void heard(long sentAt) {
        long now = System.nanoTime();
        roundTripNanos = now - sentAt;
        heardAt = now;
        everHeard = true;
    }

    /** Returns whether this replica has received one of its probes within the last {@value #PATIENCE} periods. */
    boolean isHearing() {
        return everHeard && System.nanoTime() - heardAt < PERIOD.toNanos() * PATIENCE;
    }

    double roundTripSeconds() {
        return roundTripNanos / (double) TimeUnit.SECONDS.toNanos(1);
    }

    private void answered() {
        long now = System.nanoTime();
        if (!isAnswered(now)) {
            answeredSince = now;
        }
        answeredAt = now;
        everAnswered = true;
    }

    private boolean isAnswered(long now) {
        return everAnswered && now - answeredAt < PERIOD.toNanos() * PATIENCE;
    }

    /**
     * Returns the state of a replica that does not receive its own probes. It counts as deaf only if commands have worked for
     * {@value #PATIENCE} periods: after an outage the subscription may come back a little later than the commands, and all
     * replicas would be deaf in that moment.
     */
    BackplaneStatus.State unheard(boolean commandsUp) {
        if (!everHeard) {
            return BackplaneStatus.State.NEW;
        }
        long now = System.nanoTime();
        boolean deaf = commandsUp && isAnswered(now)
                && now - Math.max(heardAt, answeredSince) >= PERIOD.toNanos() * PATIENCE;
        return deaf ? BackplaneStatus.State.DEAF : BackplaneStatus.State.AWAY;
    }

    private Future<Response> send(Request request) {
        return commands.send(request).onFailure(failure -> LOG.debugf("pulse failed: %s", failure.getMessage()));
    }
}
