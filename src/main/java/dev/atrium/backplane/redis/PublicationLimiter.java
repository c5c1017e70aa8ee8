package dev.atrium.backplane.redis;

import dev.atrium.backplane.BackplaneUnavailableException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Limiter of the bytes of publications that Redis has not answered: a Redis that stalls for some seconds while clients publish
 * large messages must not take the memory. Those beyond a first limit wait in their order, those beyond a second one fail. Any
 * thread.
 */
final class PublicationLimiter {

    /** Share of the heap: each publication without an answer is there in some four copies, as text, encoded, and in buffers. */
    private static final int SENT_PERCENT = 5;
    private static final int WAITING_PERCENT = 10;

    private final long mostSent;
    private final long mostWaiting;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicInteger drains = new AtomicInteger();
    private final Queue<Publication> waiting = new ArrayDeque<>();
    private long waitingBytes;
    /** Whether a publication would overtake others if it were sent at once. */
    private volatile boolean isWaiting;

    private record Publication(long bytes, Runnable send) {
    }

    /** @param heap bytes */
    PublicationLimiter(long heap) {
        this.mostSent = heap / 100 * SENT_PERCENT;
        this.mostWaiting = heap / 100 * WAITING_PERCENT;
    }

    /**
     * Sends a publication at once or later, after those before it.
     *
     * @return its reply; fails with a {@link BackplaneUnavailableException} if too many bytes wait
     */
    <T> Future<T> send(long bytes, Supplier<Future<T>> publication) {
        if (!isWaiting && mayBeSent(bytes)) {
            return sendNow(bytes, publication);
        }
        Promise<T> reply = Promise.promise();
        synchronized (this) {
            if (waitingBytes + bytes > mostWaiting && !waiting.isEmpty()) {
                return Future.failedFuture(BackplaneUnavailableException.notSent("too many bytes are pending"));
            }
            waiting.add(new Publication(bytes, () -> sendNow(bytes, publication).onComplete(reply)));
            waitingBytes += bytes;
            isWaiting = true;
        }
        sendWaiting();
        return reply.future();
    }

    /** Returns whether no publication waits, and all that were sent have their replies. */
    boolean isIdle() {
        return !isWaiting && sent.get() == 0;
    }

    /** One alone may be larger than the limit. */
    private boolean mayBeSent(long bytes) {
        long before;
        do {
            before = sent.get();
            if (before > 0 && before + bytes > mostSent) {
                return false;
            }
        } while (!sent.compareAndSet(before, before + bytes));
        return true;
    }

    private <T> Future<T> sendNow(long bytes, Supplier<Future<T>> publication) {
        Future<T> reply;
        try {
            reply = publication.get();
        } catch (RuntimeException e) {
            // Its bytes would count, and those behind it wait, for ever.
            reply = Future.failedFuture(e);
        }
        return reply.onComplete(answered -> {
            sent.addAndGet(-bytes);
            if (isWaiting) {
                sendWaiting();
            }
        });
    }

    /** Sends what may be sent, by one thread at a time, and not recursively where a publication fails at once. */
    private void sendWaiting() {
        if (drains.getAndIncrement() > 0) {
            return;
        }
        int seen = 1;
        do {
            for (Publication next = poll(); next != null; next = poll()) {
                next.send.run();
            }
            seen = drains.addAndGet(-seen);
        } while (seen > 0);
    }

    private synchronized Publication poll() {
        Publication next = waiting.peek();
        if (next == null) {
            isWaiting = false;
            return null;
        }
        if (!mayBeSent(next.bytes)) {
            return null;
        }
        waitingBytes -= next.bytes;
        return waiting.poll();
    }
}
