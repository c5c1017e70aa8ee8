package dev.atrium.session;

import io.netty.channel.EventLoop;
import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * Turns of the large replies of one event loop, as pages of a history: one is made in each turn of the loop, so that its other
 * clients are served between two of them. A hundred in one turn would keep these waiting for a second. Any thread.
 */
final class ReplyTurns {

    private final EventLoop eventLoop;
    private final Queue<Runnable> waiting = new ArrayDeque<>();

    ReplyTurns(EventLoop eventLoop) {
        this.eventLoop = eventLoop;
    }

    /** Completes on the event loop, when it is the turn of the next reply. */
    Uni<Void> next() {
        return Uni.createFrom().emitter(emitter -> eventLoop.execute(() -> {
            waiting.add(() -> emitter.complete(null));
            if (waiting.size() == 1) {
                scheduleNext();
            }
        }));
    }

    /** Scheduled, and no mere task: Netty runs dozens of those before it looks for what other clients have sent. */
    private void scheduleNext() {
        eventLoop.schedule(this::run, 0, TimeUnit.NANOSECONDS);
    }

    private void run() {
        try {
            waiting.element().run();
        } finally {
            waiting.remove();
            if (!waiting.isEmpty()) {
                scheduleNext();
            }
        }
    }
}
