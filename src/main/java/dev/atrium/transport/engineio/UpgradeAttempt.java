package dev.atrium.transport.engineio;

import dev.atrium.session.CloseReason;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Upgrade of a connection from polling to a WebSocket, the candidate, from its handshake until the WebSocket carries the
 * connection or is given up. On the connection's event loop only.
 */
final class UpgradeAttempt {

    /** Milliseconds between releases of a waiting poll: the client completes its upgrade only after its poll has returned. */
    private static final long RELEASE_MILLIS = 100;

    private final EventLoop eventLoop;
    private final Duration timeout;
    private final Runnable releasePoll;
    private final BooleanSupplier posting;
    private EngineTransport candidate;
    private ScheduledFuture<?> releases;

    /**
     * @param releasePoll ends a waiting poll
     * @param posting whether a POST of the client has yet to be answered
     */
    UpgradeAttempt(EventLoop eventLoop, Duration timeout, Runnable releasePoll, BooleanSupplier posting) {
        this.eventLoop = eventLoop;
        this.timeout = timeout;
        this.releasePoll = releasePoll;
        this.posting = posting;
    }

    boolean isBy(EngineTransport transport) {
        return transport == candidate;
    }

    /** Starts the attempt, which ends after the timeout, but not during a POST. False if another one is in progress. */
    boolean start(EngineTransport transport) {
        if (candidate != null) {
            return false;
        }
        candidate = transport;
        expireLater(transport);
        return true;
    }

    private void expireLater(EngineTransport transport) {
        eventLoop.schedule(() -> {
            if (isBy(transport) && posting.getAsBoolean()) {
                // The client completes its upgrade once its POST is answered. By then the stock one polls no more: without its
                // WebSocket it would receive nothing until its heartbeat fails.
                expireLater(transport);
            } else if (isBy(transport)) {
                giveUp();
            }
        }, timeout.toMillis(), TimeUnit.MILLISECONDS);
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
