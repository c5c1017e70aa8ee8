package dev.atrium.transport.engineio;

import dev.atrium.session.CloseReason;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Upgrade of a connection from polling to a WebSocket, the candidate, from its handshake until the WebSocket carries the
 * connection or is given up. On the connection's event loop only.
 */
final class UpgradeAttempt {

    /**
     * Milliseconds between releases of a waiting poll while a client upgrades: the client completes its upgrade only after its
     * poll has returned.
     */
    private static final long RELEASE_MILLIS = 100;

    private final EventLoop eventLoop;
    private final Duration timeout;
    private final Runnable releasePoll;
    private EngineTransport candidate;
    private ScheduledFuture<?> releases;

    /** @param releasePoll ends a waiting poll */
    UpgradeAttempt(EventLoop eventLoop, Duration timeout, Runnable releasePoll) {
        this.eventLoop = eventLoop;
        this.timeout = timeout;
        this.releasePoll = releasePoll;
    }

    boolean isBy(EngineTransport transport) {
        return transport == candidate;
    }

    /** Starts the attempt, which is given up after the timeout. Returns false if another one is in progress. */
    boolean start(EngineTransport transport) {
        if (candidate != null) {
            return false;
        }
        candidate = transport;
        eventLoop.schedule(() -> {
            if (candidate == transport) {
                giveUp();
            }
        }, timeout.toMillis(), TimeUnit.MILLISECONDS);
        return true;
    }

    /** A transport has passed its probe; only that of the candidate counts. */
    void probed(EngineTransport transport) {
        if (isBy(transport) && releases == null) {
            releases = eventLoop.scheduleAtFixedRate(releasePoll, RELEASE_MILLIS, RELEASE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Returns whether the candidate has passed its probe: the client polls no more, and completes the upgrade. */
    boolean isProbed() {
        return releases != null;
    }

    /** Ends the attempt, and closes its candidate. */
    void giveUp() {
        if (candidate != null) {
            candidate.close(CloseReason.NORMAL);
            end();
        }
    }

    /** Ends the attempt: the candidate carries the connection, or is lost. */
    void end() {
        candidate = null;
        if (releases != null) {
            releases.cancel(false);
            releases = null;
        }
    }
}
