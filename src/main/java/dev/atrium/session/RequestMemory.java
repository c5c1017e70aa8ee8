package dev.atrium.session;

import dev.atrium.security.SecurityConfig;
import dev.atrium.setting.Require;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Memory budget of all requests together: headers, bodies and messages that have not arrived whole, responses that have not
 * been read, and those that are kept for a repetition. Each is within its own limit, but a thousand slow clients would take
 * the memory of all. Beyond the budget the oldest ones are ended. Any thread.
 */
@Singleton
public final class RequestMemory {

    /** Less is not counted: most requests are small, and over at once. */
    public static final long SMALL_BYTES = 16 * 1024;

    /** Age from which on a share has to make room for a newer one; a burst of requests must not end each other. */
    private static final long OLD_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** For so long the memory of an ended request counts at most, if nobody says that it is free. */
    private static final long ENDING_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final long limit;
    private final LongSupplier nanoTime;
    private final BooleanSupplier scarce;
    /** Oldest first. */
    private final Set<Share> shares = new LinkedHashSet<>();
    /** Ended, but their memory is not free: that takes a turn of their event loops. Oldest first. */
    private final Set<Share> ending = new LinkedHashSet<>();
    private long used;
    private long usedByEnding;

    /** @throws ConfigurationException naming the invalid setting */
    @Inject
    RequestMemory(SecurityConfig config) {
        this(bytes(config.limits().requestMemoryPercent()), System::nanoTime, DirectMemory::isScarce);
    }

    /**
     * @param limit bytes
     * @param scarce whether the process has little direct memory left
     */
    public RequestMemory(long limit, LongSupplier nanoTime, BooleanSupplier scarce) {
        this.limit = limit;
        this.nanoTime = nanoTime;
        this.scarce = scarce;
    }

    private static long bytes(int percent) {
        Require.between("atrium.limits.request-memory-percent", percent, 1, 50);
        return Runtime.getRuntime().maxMemory() / 100 * percent;
    }

    /**
     * Creates the share of one request, which holds nothing yet.
     *
     * @param loop event loop of the request
     * @param end ends the request; called once on that loop, and not while the budget is locked, nor if the request has
     *        completed or is over by then
     */
    public Share share(Executor loop, Runnable end) {
        return new Share(loop, end);
    }

    /**
     * Returns whether there is so little direct memory left that no large message can be received. Shares are ended in later
     * turns of the event loops, and in one turn a hundred messages can arrive.
     */
    public boolean isScarce() {
        return scarce.getAsBoolean();
    }

    private void count(Share share, long bytes) {
        if (share.bytes == 0 && bytes > 0) {
            share.since = nanoTime.getAsLong();
            shares.add(share);
        } else if (bytes == 0) {
            shares.remove(share);
        }
        used += bytes - share.bytes;
        share.bytes = bytes;
    }

    /**
     * Removes old shares until there is room for so many bytes more, or no old one is left; returns those removed. A share
     * alone may take more than the budget, or with a small one no request would ever be handled.
     */
    private List<Share> makeRoom(Share newest, long more) {
        List<Share> removed = new ArrayList<>();
        long now = nanoTime.getAsLong();
        Iterator<Share> oldest = shares.iterator();
        while (used + more > limit && oldest.hasNext()) {
            Share share = oldest.next();
            if (now - share.since < OLD_NANOS || share == newest && used == share.bytes) {
                break;
            }
            oldest.remove();
            end(share);
            removed.add(share);
        }
        return removed;
    }

    private void end(Share share) {
        used -= share.bytes;
        usedByEnding += share.bytes;
        share.ended = true;
        share.since = nanoTime.getAsLong();
        ending.add(share);
    }

    private void forget(Share share) {
        if (ending.remove(share)) {
            usedByEnding -= share.bytes;
            share.bytes = 0;
        }
    }

    private void forgetOldEnding() {
        long now = nanoTime.getAsLong();
        while (!ending.isEmpty() && now - ending.iterator().next().since >= ENDING_NANOS) {
            forget(ending.iterator().next());
        }
    }

    /** Bytes of all requests that were not ended. */
    synchronized long used() {
        return used;
    }

    /** What one request holds. Used by one thread at a time. */
    public final class Share {

        private final Executor loop;
        private final Runnable end;
        /** Whether the request has completed or is over. */
        private volatile boolean over;
        private long bytes;
        private long since;
        private boolean ended;
        private boolean counted;

        private Share(Executor loop, Runnable end) {
            this.loop = loop;
            this.end = end;
        }

        /** The last bytes of a request may be read before the task that ends it: it is being handled by then. */
        private void endRequest() {
            loop.execute(() -> {
                if (!over) {
                    end.run();
                }
            });
        }

        /** Sets what the request holds now. Ends older requests, or this one, if all together hold too much. */
        public void hold(long now) {
            if (!counted && now < SMALL_BYTES) {
                return;
            }
            counted = now > 0;
            List<Share> removed;
            synchronized (RequestMemory.this) {
                if (ended) {
                    return;
                }
                count(this, now);
                removed = makeRoom(this, 0);
                if (used > limit && used > bytes && !ended) {
                    shares.remove(this);
                    end(this);
                    removed.add(this);
                }
            }
            removed.forEach(Share::endRequest);
        }

        /**
         * Sets what the request is about to hold, if there is room for it; ends old requests if there is not.
         *
         * @return whether there is room; if not, the caller may try again soon
         */
        public boolean tryHold(long soon) {
            counted = true;
            List<Share> removed;
            boolean held;
            synchronized (RequestMemory.this) {
                removed = makeRoom(this, soon - bytes);
                forgetOldEnding();
                long others = used - bytes + usedByEnding;
                held = !ended && (others + soon <= limit || others == 0);
                if (held) {
                    count(this, soon);
                }
            }
            removed.forEach(Share::endRequest);
            return held;
        }

        /** The request has arrived whole and is handled: it counts until it is over, and is not ended any more. */
        public void complete() {
            over = true;
            synchronized (RequestMemory.this) {
                shares.remove(this);
            }
        }

        /** The request is over: it holds nothing any more, whatever is set later. */
        public void release() {
            over = true;
            synchronized (RequestMemory.this) {
                if (ended) {
                    forget(this);
                } else {
                    shares.remove(this);
                    used -= bytes;
                    bytes = 0;
                    ended = true;
                }
            }
        }
    }
}
