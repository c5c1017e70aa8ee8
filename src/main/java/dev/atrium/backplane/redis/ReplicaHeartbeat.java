package dev.atrium.backplane.redis;

import dev.atrium.backplane.BackplaneStatus;
import dev.atrium.backplane.BackplaneUnavailableException;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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

    /** Missed probes before this replica counts as {@link BackplaneStatus.State#NOT_RECEIVING NOT_RECEIVING}. */
    private static final int MISSED_BEFORE_UNHEALTHY = 3;

    /** Missed probes before the subscription is made again. */
    private static final int MISSED_BEFORE_RECONNECT = 10;

    private final ReconnectingConnection commands;
    private final RedisLoop loop;
    private final Lease lease;
    private final RedisHealth health;
    private final String leaseKey;
    private final String channel;
    private Consumer<Boolean> whenRenewed;
    private Runnable whenReceived;
    private Runnable whenMissed;
    private long upSince;
    /** Whether Redis has had the lease since the connection was made; on the loop only. */
    private boolean held;
    /** Whether other replicas may have taken this one for dead since the last call of {@code whenRenewed}. */
    private boolean lapsed;
    private volatile long probeReceivedAt;
    private volatile long publishedAt;
    private volatile long publishingSince;
    private volatile boolean everPublished;
    /** Whether Redis has published a probe since the connection was made. */
    private volatile boolean publishes;
    /** Whether Redis replied to the last probe, and did not publish it. */
    private volatile boolean refusesProbes;
    private volatile long roundTripNanos;
    private volatile boolean everReceived;
    private volatile long timer;
    private volatile String address = NO_ADDRESS;

    ReplicaHeartbeat(ReconnectingConnection commands, RedisContext context, RedisHealth health) {
        this.commands = commands;
        this.loop = context.loop();
        this.lease = context.lease();
        this.health = health;
        this.leaseKey = context.keys().lease(context.node().name());
        this.channel = context.keys().node(context.node().name());
    }

    /** Sets the value of the lease: this replica's HTTP address. */
    void announce(String newAddress) {
        address = newAddress;
        loop.run(this::beat);
    }

    /**
     * Starts the heartbeat, before the connections that call {@link #beat}. The callbacks run on the backplane's event loop.
     *
     * @param whenRenewed called when the lease has been renewed, with whether it had expired before, or there was none: other
     *        replicas may have taken this one for dead
     * @param whenReceived called when a probe has arrived: the subscription works
     * @param whenMissed called when no probe has arrived for {@value #MISSED_BEFORE_RECONNECT} periods although commands work
     */
    void start(Consumer<Boolean> whenRenewed, Runnable whenReceived, Runnable whenMissed) {
        this.whenRenewed = whenRenewed;
        this.whenReceived = whenReceived;
        this.whenMissed = whenMissed;
        timer = loop.every(PERIOD.toMillis(), () -> {
            // The first attempt to connect may take long while the process starts.
            if (commands.hasFailed() && !commands.isUp()) {
                lost();
            } else {
                beat();
            }
        });
    }

    void stop() {
        loop.cancel(timer);
    }

    /** Without a connection no lease is renewed: neither this replica's nor, maybe, those of others. On the loop. */
    void lost() {
        upSince = 0;
        held = false;
        publishes = false;
        refusesProbes = false;
        lease.notRenewed();
    }

    /** Beats now, unless the connection is still to come. On the loop. */
    void beat() {
        if (!commands.isUp()) {
            return;
        }
        long now = System.nanoTime();
        upSince = upSince == 0 ? now : upSince;
        if (now - Math.max(probeReceivedAt, upSince) > PERIOD.toNanos() * MISSED_BEFORE_RECONNECT) {
            upSince = now;
            whenMissed.run();
        }
        commands.send(Request.cmd(Command.SET).arg(leaseKey).arg(address).arg("PX").arg(lease.millis())
                .arg("GET"))
                .onSuccess(before -> loop.run(() -> renewed(now, before == null)))
                .onFailure(failure -> loop.run(() -> refused(failure)));
        commands.send(Request.cmd(Command.PUBLISH).arg(channel).arg("?" + System.nanoTime()))
                .onSuccess(published -> loop.run(this::probePublished))
                .onFailure(failure -> loop.run(() -> probeRefused(failure)));
    }

    /**
     * @param absent whether Redis had the lease no more, or not yet; a clock that stops while the machine sleeps cannot tell
     */
    private void renewed(long sentAt, boolean absent) {
        commands.confirm();
        health.leaseRenewed();
        boolean expired = lease.renewed(sentAt);
        lapsed |= expired || absent;
        if (absent && held && !expired) {
            // What the renewal leads to has to find out which data Redis has now: it waits for the next connection.
            commands.restart("Redis has lost the lease of this replica, and maybe everything");
            return;
        }
        held = true;
        boolean wasTakenForDead = lapsed;
        lapsed = false;
        whenRenewed.accept(wasTakenForDead);
    }

    private void refused(Throwable failure) {
        log(failure);
        lease.notRenewed();
        if (failure instanceof BackplaneUnavailableException unavailable && unavailable.getCause() != null) {
            health.leaseRefused(RedisError.of(unavailable.getCause()));
        }
    }

    private void probeRefused(Throwable failure) {
        log(failure);
        refusesProbes = failure.getCause() != null && !RedisError.of(failure.getCause()).code().isEmpty();
    }

    void probeReceived(long sentAt) {
        long now = System.nanoTime();
        roundTripNanos = now - sentAt;
        probeReceivedAt = now;
        everReceived = true;
        whenReceived.run();
    }

    /** Returns whether Redis has ever published a probe. */
    boolean hasBeaten() {
        return everPublished;
    }

    /**
     * Returns whether this replica has received one of its probes within the last {@value #MISSED_BEFORE_UNHEALTHY} periods.
     */
    boolean isReceiving() {
        return everReceived && System.nanoTime() - probeReceivedAt < PERIOD.toNanos() * MISSED_BEFORE_UNHEALTHY;
    }

    double roundTripSeconds() {
        return roundTripNanos / (double) TimeUnit.SECONDS.toNanos(1);
    }

    private void probePublished() {
        long now = System.nanoTime();
        if (!isPublishing(now)) {
            publishingSince = now;
        }
        publishedAt = now;
        everPublished = true;
        publishes = true;
        refusesProbes = false;
    }

    private boolean isPublishing(long now) {
        return publishes && now - publishedAt < PERIOD.toNanos() * MISSED_BEFORE_UNHEALTHY;
    }

    /**
     * Returns the state of a replica that does not receive its own probes. It counts as not receiving only if Redis has taken
     * probes for {@value #MISSED_BEFORE_UNHEALTHY} periods: a Redis that is busy refuses them to every replica, and after an
     * outage the subscription may come back a little later than the commands. All replicas would not be ready in that moment.
     */
    BackplaneStatus.State stateWithoutProbes(boolean commandsUp) {
        if (!everReceived) {
            return BackplaneStatus.State.NEW;
        }
        long now = System.nanoTime();
        if (commandsUp && refusesProbes) {
            return BackplaneStatus.State.REFUSED;
        }
        boolean notReceiving = commandsUp && isPublishing(now)
                && now - Math.max(probeReceivedAt, publishingSince) >= PERIOD.toNanos() * MISSED_BEFORE_UNHEALTHY;
        return notReceiving ? BackplaneStatus.State.NOT_RECEIVING : BackplaneStatus.State.UNREACHABLE;
    }

    private void log(Throwable failure) {
        LOG.debugf("A heartbeat command failed; the next one is sent in a second: %s", failure.getMessage());
    }
}
