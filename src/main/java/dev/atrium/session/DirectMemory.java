package dev.atrium.session;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/** Direct memory of this process, in bytes: all that is written to clients is in it. Any thread. */
final class DirectMemory {

    /** Share in percent from which on new messages have to wait, so that the slowest clients can be closed first. */
    private static final int SCARCE_PERCENT = 90;

    private static final BufferPoolMXBean POOL = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct")).findFirst().orElseThrow();

    private DirectMemory() {
    }

    static long used() {
        // Netty counts for itself what it allocates past the JDK; -1 if it allocates nothing so.
        return Math.max(0, PlatformDependent.usedDirectMemory()) + POOL.getMemoryUsed();
    }

    static long max() {
        return PlatformDependent.maxDirectMemory();
    }

    static boolean isScarce() {
        return used() > max() / 100 * SCARCE_PERCENT;
    }
}
