package dev.atrium.backplane.redis;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/** Entries of other programs among Atrium's in Redis: skipped, and logged once, because each read finds them. Any thread. */
final class ForeignEntries {

    private static final Logger LOG = Logger.getLogger(ForeignEntries.class);

    private final String place;
    private final AtomicBoolean known = new AtomicBoolean();

    /** @param place where they are, for the log */
    ForeignEntries(String place) {
        this.place = place;
    }

    void skipped(RuntimeException failure) {
        if (known.compareAndSet(false, true)) {
            LOG.warnf("An entry of %s in Redis cannot be read and is skipped, as others will be; "
                    + "another program may write to Atrium's keys: %s", place, failure.toString());
        }
    }
}
